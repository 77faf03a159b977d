import { expect } from 'chai';
import fc from 'fast-check';
import { partPath } from '../../../../chassis/config/schema/part-path.ts';
import { fillPath } from '../../../../facade/aggregate/fill-path.ts';
import type { JsonValue } from '../../../../facade/comparison/lossless-json.ts';

const PIECES = partPath('/a/:id/b-{order.key}/{order.list[].id}?x={query.q}&y={order.key}')!;

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    '..',
    '.',
    '',
    '%2e%2e',
    '%2F',
    'a/b',
    'a\\b',
    '?',
    '#',
    '&x=1',
    'a\r\nb',
    '\ud800',
    'ü',
    '1,2',
    '%',
  ),
);

/** What a server sees of a path. */
function structureOf(path: string) {
  const url = new URL(path, 'http://upstream');
  return {
    host: url.host,
    segments: url.pathname.split('/').length,
    fixed: url.pathname.split('/')[1],
    names: [...url.searchParams.keys()],
    hash: url.hash,
  };
}

describe('The path of a part', () => {
  const fill = (id: string, key: string, ids: readonly string[], q: string) => {
    const order = { key, list: ids.map((one) => ({ id: one })) } as unknown as JsonValue;
    return fillPath(PIECES, {
      parameters: new Map([['id', id.isWellFormed() ? encodeURIComponent(id) : id]]),
      query: new URLSearchParams([['q', q]]),
      parts: new Map([['order', order]]),
    });
  };

  it('keeps its structure whatever the values are, and gives them back where they stood', () => {
    let filled = 0;
    fc.assert(
      fc.property(text, text, fc.array(text, { minLength: 1, maxLength: 3 }), text, (id, key, ids, q) => {
        const result = fill(id, key, ids, q);
        if (!result.ok) return;
        filled += 1;
        expect(result.path).to.match(/^[!-~]+$/);
        expect(structureOf(result.path)).to.deep.equal({
          ...{ host: 'upstream', segments: 5, fixed: 'a', names: ['x', 'y'], hash: '' },
        });
        const url = new URL(result.path, 'http://upstream');
        const [, , first, second] = url.pathname.split('/');
        expect(decodeURIComponent(first!)).to.equal(id);
        expect(decodeURIComponent(second!)).to.equal(`b-${key}`);
        expect(url.searchParams.get('y')).to.equal(key);
      }),
      { numRuns: 500 },
    );
    expect(filled).to.be.greaterThan(50);
  });

  it('refuses what servers could read as another path', () => {
    for (const value of ['', '.', '..', 'a/b', 'a\\b', '/', 'a\u0000', 'a\nb', '\ud800']) {
      expect(fill(value, 'k', ['1'], 'q').ok, `parameter ${JSON.stringify(value)}`).to.equal(false);
      expect(fill('i', 'k', ['1', value], 'q').ok, `value ${JSON.stringify(value)}`).to.equal(false);
    }
    expect(fill('%2e%2e', 'k', ['1'], 'q')).to.include({ ok: true });
    expect(fill('x'.repeat(9_000), 'k', ['1'], 'q').ok).to.equal(false);
  });

  it('makes no dot segment of two values that are none', () => {
    const two = (one: string, other: string) =>
      fillPath(partPath('/a/{order.one}{order.other}')!, {
        parameters: new Map(),
        query: new URLSearchParams(),
        parts: new Map([['order', { one, other }]]),
      });
    expect(two('a', 'b')).to.deep.equal({ ok: true, path: '/a/ab' });
    expect(two('.', 'b')).to.deep.equal({ ok: false, by: 'part' });
  });

  it('needs every value: none is left out unnoticed', () => {
    const of = (order: unknown) =>
      fillPath(partPath('/p/{order.list[].id}')!, {
        parameters: new Map(),
        query: new URLSearchParams(),
        parts: new Map([['order', order as JsonValue]]),
      });
    expect(of({ list: [{ id: 'a' }, { id: 'b' }, { id: 'a' }] })).to.deep.equal({ ok: true, path: '/p/a,b' });
    for (const order of [
      { list: [] },
      { list: [{ id: 'a' }, {}] },
      { list: {} },
      {},
      null,
      [],
      { list: [{ id: null }] },
    ])
      expect(of(order), JSON.stringify(order)).to.deep.equal({ ok: false, by: 'part' });
    expect(of({ list: [Object.create({ id: 'inherited' })] }).ok).to.equal(false);
  });

  it('takes one element of a list by its index', () => {
    const of = (path: string, order: unknown) =>
      fillPath(partPath(path)!, {
        parameters: new Map(),
        query: new URLSearchParams(),
        parts: new Map([['order', order as JsonValue]]),
      });
    const order = { list: [{ id: 'a', tags: [['x', 'y']] }, { id: 'b' }] };
    expect(of('/p/{order.list[0].id}', order)).to.deep.equal({ ok: true, path: '/p/a' });
    expect(of('/p/{order.list[1].id}', order)).to.deep.equal({ ok: true, path: '/p/b' });
    expect(of('/p/{order.list[0].tags[0][1]}', order)).to.deep.equal({ ok: true, path: '/p/y' });
    expect(of('/p/{order.list[2].id}', order).ok).to.equal(false);
    expect(of('/p/{order.list[0].id}', { list: {} }).ok).to.equal(false);
    for (const path of [
      '/p/{order.list[-1].id}',
      '/p/{order.list[a].id}',
      '/p/{order.list[0}',
      '/p/{order.[0]}',
    ])
      expect(partPath(path), path).to.equal(undefined);
  });
});
