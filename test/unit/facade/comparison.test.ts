import { expect } from 'chai';
import fc from 'fast-check';
import { clusterOf } from '../../../facade/comparison/cluster.ts';
import { compare, compileRules } from '../../../facade/comparison/compare.ts';
import { diffHeaders } from '../../../facade/comparison/headers.ts';
import { applyIgnoreRules, compileIgnoreRules, expiredRules } from '../../../facade/comparison/ignore.ts';
import { diffJson } from '../../../facade/comparison/json-diff.ts';
import { parseLossless, sameNumber } from '../../../facade/comparison/lossless-json.ts';
import type { Observed } from '../../../facade/comparison/observed.ts';
import { lookTimes, type Reading, recheck } from '../../../facade/comparison/recheck.ts';
import { examplesOf, shownTarget } from '../../../facade/comparison/redact.ts';
import { growth } from '../../support/growth.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const answer = (body: string, rest: Partial<Observed> = {}): Observed => ({
  ...{ status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body), ...rest },
});
const differences = (control: string, candidate: string, rules: Parameters<typeof diffJson>[2] = []) =>
  diffJson(parseLossless(control), parseLossless(candidate), rules).map(
    ({ path, kind }) => `${path} ${kind}`,
  );

describe('JSON held against JSON', () => {
  it('is equal to itself, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(differences(text, text)).to.deep.equal([]);
        expect(
          compare(answer(text), answer(text), compileRules({ ignore: [], unordered: [] }), NOW).outcome.kind,
        ).to.equal('match-bytes');
      }),
    );
    expect(differences('{"a":1,"b":[{"c":2,"d":3}]}', '{"b":[{"d":3,"c":2}],"a":1}')).to.deep.equal([]);
  });

  it('differs the same way round both ways', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [left, right] = [parseLossless(JSON.stringify(a)), parseLossless(JSON.stringify(b))];
        expect(diffJson(left, right).length === 0).to.equal(diffJson(right, left).length === 0);
      }),
    );
  });

  it('finds no difference exactly when the values are the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(differences(JSON.stringify(a), JSON.stringify(b)).length === 0).to.equal(same);
      }),
    );
  });

  it('names each place by structure and each difference by kind', () => {
    expect(
      differences('{"items":[{"price":1},{"price":2}]}', '{"items":[{"price":1},{"price":3}]}'),
    ).to.deep.equal(['$.items[].price value']);
    expect(differences('{"a":"1"}', '{"a":1}')).to.deep.equal(['$.a type']);
    expect(differences('{"a":null}', '{}')).to.deep.equal(['$.a missing']);
    expect(differences('{}', '{"a":null}')).to.deep.equal(['$.a extra']);
    expect(differences('{"a":null}', '{"a":0}')).to.deep.equal(['$.a null']);
    expect(differences('[1,2]', '[1]')).to.deep.equal(['$ array-length']);
    expect(differences('{"a b":1}', '{"a b":2}')).to.deep.equal(['$["a b"] value']);
    expect(differences('{"__proto__":1}', '{}')).to.deep.equal(['$.__proto__ missing']);
  });

  it('keeps the digits of numbers that a double would round', () => {
    expect(differences('9007199254740993', '9007199254740992')).to.deep.equal(['$ value']);
    expect(differences('{"id":12345678901234567890}', '{"id":12345678901234567891}')).to.deep.equal([
      '$.id value',
    ]);
    expect(differences('0.1000000000000000055', '0.1')).to.deep.equal(['$ value']);
    expect(differences('[1, 1.0, 1e2, -0, 1.50]', '[1.0, 1, 100, 0, 1.5]')).to.deep.equal([]);
    expect(differences('12345678901234567890', '12345678901234567890.0')).to.deep.equal([]);
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        (a, b) => {
          const [left, right] = [parseLossless(String(a)), parseLossless(String(b))] as [number, number];
          expect(sameNumber(left, right)).to.equal(a === b);
        },
      ),
    );
  });

  it('survives deep nesting and a byte order mark', () => {
    const deep = (core: string) => '['.repeat(3_000) + core + ']'.repeat(3_000);
    const outcome = compare(
      answer(deep('1')),
      answer(deep('2')),
      compileRules({ ignore: [], unordered: [] }),
      NOW,
    ).outcome;
    expect(outcome.kind).to.equal('mismatch');
    expect(differences('\ufeff{"a":1}', '{"a":1}')).to.deep.equal([]);
  });
});

describe('Arrays without order', () => {
  it('match under any permutation', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.infiniteStream(fc.nat()), (items, picks) => {
        const shuffled = [...items]
          .map((item) => ({ item, at: picks.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item);
        expect(
          differences(JSON.stringify({ items }), JSON.stringify({ items: shuffled }), [{ path: '$.items' }]),
        ).to.deep.equal([]);
      }),
    );
  });

  it('are multisets: how often an element stands in them counts', () => {
    expect(differences('[1,1,2]', '[1,2,2]', [{ path: '$' }])).to.deep.equal(['$[] value']);
    expect(differences('[1,1]', '[1]', [{ path: '$' }])).to.deep.equal(['$[] element-missing']);
  });

  it('are paired by a member when one is named', () => {
    const rule = [{ path: '$.items', by: 'id' }];
    expect(
      differences(
        '{"items":[{"id":1,"n":1},{"id":2,"n":2}]}',
        '{"items":[{"id":2,"n":9},{"id":1,"n":1}]}',
        rule,
      ),
    ).to.deep.equal(['$.items[].n value']);
    expect(differences('{"items":[{"id":1}]}', '{"items":[{"id":3}]}', rule)).to.deep.equal([
      '$.items[] element-missing',
      '$.items[] element-extra',
    ]);
  });

  for (const [way, rule] of [
    ['by a member', { path: '$', by: 'id' }],
    ['as multisets', { path: '$' }],
  ] as const) {
    it(`are compared ${way} in a time that grows with their length, not with its square`, () => {
      const reversed = (length: number) => {
        const list = Array.from({ length }, (_, id) => ({ id, n: id * 2 }));
        const [control, candidate] = [list, list.toReversed()].map((one) => JSON.stringify(one));
        return () => expect(differences(control!, candidate!, [rule])).to.deep.equal([]);
      };
      // Sixteen times the length: quadratic work is 256 times as much.
      expect(growth({ few: reversed(500), many: reversed(8_000) })).to.be.below(64);
    });
  }
});

describe('Rules', () => {
  const apply = (path: string, ...paths: string[]) =>
    applyIgnoreRules(
      paths.map((at) => ({ path: at, kind: 'value' as const, control: 1, candidate: 2 })),
      compileIgnoreRules([{ path, reason: 'test' }]),
      NOW,
    );

  it('cover their place and what is below it, nothing that only begins alike', () => {
    expect(
      apply('$.date', '$.date', '$.date.year', '$.date[]', '$.dates', '$.x.date').differences.map(
        ({ path }) => path,
      ),
    ).to.deep.equal(['$.dates', '$.x.date']);
    expect(apply('$.items[].price', '$.items[].price', '$.items[].priceTag').differences).to.have.length(1);
    expect(
      apply('$.*.at', '$.a.at', '$.b.at', '$["c d"].at', '$.a.b.at').differences.map(({ path }) => path),
    ).to.deep.equal(['$.a.b.at']);
    expect(apply('header date', 'header date', 'header x-date').differences).to.have.length(1);
  });

  it('count what they hid, and end with their last day', () => {
    expect(apply('$.a', '$.a', '$.a.b', '$.c').hits).to.deep.equal(new Map([['$.a', 2]]));
    const until = (day: string) => [{ path: '$.a', reason: 'r', until: day }];
    expect(expiredRules(until('2026-06-01'), NOW)).to.deep.equal([]);
    expect(expiredRules(until('2026-05-31'), NOW)).to.have.length(1);
    const rules = { ignore: until('2026-05-31'), unordered: [] };
    expect(compare(answer('{"a":1}'), answer('{"a":2}'), compileRules(rules), NOW).outcome.kind).to.equal(
      'mismatch',
    );
  });
});

describe('An answer held against an answer', () => {
  const none = compileRules({ ignore: [], unordered: [] });
  const kinds = (control: Observed, candidate: Observed) => {
    const { outcome } = compare(control, candidate, none, NOW);
    return outcome.kind === 'mismatch'
      ? outcome.differences.map(({ path, kind }) => `${path} ${kind}`)
      : [outcome.kind];
  };

  it('compares status even when the bodies are the same', () => {
    expect(kinds(answer('', { status: 204 }), answer('', { status: 200 }))).to.deep.equal(['status status']);
  });

  it('compares text as text, and other bytes by themselves', () => {
    const html = { headers: { 'content-type': 'text/html' } };
    expect(kinds(answer('<a>', html), answer('<b>', html))).to.deep.equal(['$ text']);
    const png = { headers: { 'content-type': 'image/png' } };
    expect(kinds(answer('a', png), answer('b', png))).to.deep.equal(['$ binary']);
    expect(kinds(answer('{"a":1}'), answer('{"a":1'))).to.deep.equal(['$ text']);
  });

  it('compares headers by meaning', () => {
    expect(
      diffHeaders(
        { 'content-type': 'application/json' },
        { 'content-type': 'Application/JSON; charset="utf-8"' },
      ),
    ).to.deep.equal([]);
    expect(diffHeaders({ vary: 'Accept, Cookie' }, { vary: 'cookie,accept' })).to.deep.equal([]);
    expect(diffHeaders({ etag: 'W/"1"', date: 'x' }, { etag: '"2"' })).to.deep.equal([]);
    expect(diffHeaders({ etag: '"1"' }, {}).map(({ kind }) => kind)).to.deep.equal(['header-missing']);
    expect(
      diffHeaders(
        { 'content-type': 'text/html; charset=latin1' },
        { 'content-type': 'text/html; charset=utf-8' },
      ),
    ).to.have.length(1);
    expect(
      diffHeaders(
        { 'set-cookie': ['sid=1; HttpOnly; Path=/'] },
        { 'set-cookie': ['sid=2; Path=/; HttpOnly'] },
      ),
    ).to.deep.equal([]);
    expect(diffHeaders({ 'set-cookie': ['sid=1; HttpOnly'] }, { 'set-cookie': ['sid=2'] })).to.have.length(1);
  });
});

describe('What is kept of a mismatch', () => {
  it('has no secrets in it, and short values', () => {
    const kept = examplesOf([
      { path: '$.user.password', kind: 'value', control: 'hunter2', candidate: 'hunter3' },
      { path: '$.user', kind: 'missing', control: { name: 'Ann', apiKey: 'k-123' }, candidate: undefined },
      { path: '$.text', kind: 'value', control: 'x'.repeat(1_000), candidate: '' },
    ]);
    const text = JSON.stringify(kept);
    expect(text).to.not.include('hunter').and.not.include('k-123');
    expect(text).to.include('Ann');
    expect(kept[2]!.control).to.have.length(120);
    expect(shownTarget({ path: '/a', query: '?q=x&access_token=abc' })).to.equal('/a?q=x&access_token=***');
  });

  it('is one cluster for what looks alike', () => {
    const sample = { at: 1, requestId: 'a', method: 'GET', path: '/', differences: [] };
    const price = (value: number) => ({
      path: '$.items[].price',
      kind: 'value' as const,
      control: 1,
      candidate: value,
    });
    const one = clusterOf([price(2)], sample);
    expect(clusterOf([price(3), price(4)], sample).signature).to.equal(one.signature);
    expect(
      clusterOf([price(3), { path: 'status', kind: 'status', control: 200, candidate: 404 }], sample),
    ).to.include({ summary: 'status 200 → 404; $.items[].price value' });
  });
});

describe('Looking again', () => {
  /** Time passes only when something waits for it. */
  const fakeClock = () => {
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
    };
    return { now: () => now, monotonic: () => now, sleep };
  };
  const first = {
    kind: 'mismatch' as const,
    differences: [{ path: '$', kind: 'value' as const, control: 1, candidate: 2 }],
  };
  const settle = (control: (at: number) => Reading, candidate: (at: number) => Reading, maxLag = 5_000) => {
    const clock = fakeClock();
    return recheck({
      ...{ first, maxLag, clock, signal: new AbortController().signal },
      readControl: async () => control(clock.now()),
      readCandidate: async () => candidate(clock.now()),
      compare: (a, b) => compare(a, b, compileRules({ ignore: [], unordered: [] }), NOW),
    });
  };
  const read = (body: string): Reading => ({ ok: true, observed: answer(body) });

  it('calls it lag after two equal pairs in a row', async () => {
    expect(
      await settle(
        () => read('2'),
        (at) => read(at < 500 ? '1' : '2'),
      ),
    ).to.deep.equal({ kind: 'lag', settledMs: 2_500 });
  });

  it('does not believe a candidate that agrees now and then', async () => {
    let look = 0;
    expect(
      (
        await settle(
          () => read('2'),
          () => read(look++ % 2 === 0 ? '2' : '1'),
        )
      ).kind,
    ).to.equal('mismatch');
  });

  it('gives up when the patience of the route ends', async () => {
    expect(
      (
        await settle(
          () => read('2'),
          (at) => read(at < 3_000 ? '1' : '2'),
          1_000,
        )
      ).kind,
    ).to.equal('mismatch');
    expect(
      await settle(
        () => read('2'),
        () => read('2'),
        0,
      ),
    ).to.equal(first);
    expect(lookTimes(1_000)).to.deep.equal([250, 1_000, 1_250]);
  });

  it('says which side failed when one does', async () => {
    expect(
      await settle(
        () => read('2'),
        () => ({ ok: false, reason: 'reset' }),
      ),
    ).to.deep.equal({ kind: 'candidate-error', reason: 'reset' });
    expect(
      await settle(
        () => ({ ok: false, reason: 'reset' }),
        () => read('2'),
      ),
    ).to.deep.equal({ kind: 'legacy-error' });
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  const members = value as Record<string, unknown>;
  return Object.keys(members)
    .sort()
    .map((key) => [key, sorted(members[key])])
    .concat([['{}']]);
}
