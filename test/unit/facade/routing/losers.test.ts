import { expect } from 'chai';
import fc from 'fast-check';
import type { ValueRule } from '../../../../chassis/config/schema/match.ts';
import { losers } from '../../../../facade/explain/losers.ts';
import { createRouteTable, type Routed } from '../../../../facade/routing/route-table.ts';

const one = (...values: string[]): ValueRule => ({ kind: 'one-of', values });
const routed = (id: string, match: Partial<Routed['config']['match']> & { path: string }): Routed => ({
  config: { id, match: { methods: ['GET'], ...match } },
});
const HEAD = { headers: { host: 'shop.test' }, rawHeaders: ['Host', 'shop.test'] };
const told = (routes: Routed[], path: string, method = 'GET', query = '') => {
  const winner = createRouteTable(routes).match(method, path, query, HEAD);
  return losers(routes, winner, { method, path, query, head: HEAD }).map(
    ({ route, reason }) => `${route}: ${reason}`,
  );
};

describe('Routes that came near', () => {
  it('say why they are not the one', () => {
    const winner = routed('winner', { path: '/a/:id<int>' });
    const of = (match: Parameters<typeof routed>[1]) => told([winner, routed('other', match)], '/a/7')[0];
    expect(of({ path: '/a/:id<int>', methods: ['POST', 'PUT'] })).to.equal(
      'other: it names POST, PUT, not GET',
    );
    expect(of({ path: '/a/:id', host: '*.eu.test' })).to.equal('other: it asks for host *.eu.test');
    expect(of({ path: '/a/:id', headers: { 'X-A': one('1', '2') } })).to.equal(
      'other: it asks for header x-a: 1 or 2',
    );
    expect(of({ path: '/a/:id', headers: { host: { kind: 'absent' } } })).to.equal(
      'other: it asks for no header host',
    );
    expect(of({ path: '/a/:id', query: { q: { kind: 'present' } } })).to.equal('other: it asks for query q');
    expect(of({ path: '/a/8' })).to.equal('other: its segment 2 is 8, not 7');
    expect(of({ path: '/a/:id/:lang<en|de>' })).to.equal('other: its path goes on with :lang<en|de>');
    expect(of({ path: '/a' })).to.equal('other: its path ends before /7');
    expect(of({ path: '/a/:id<hex>' })).to.equal(
      'other: it matches, but segment 2, :id<int>, of winner is more exact',
    );
    expect(of({ path: '/b' })).to.equal(undefined);
  });

  it('say what decides between two that match', () => {
    const path = '/a';
    const all = [
      routed('none', { path }),
      routed('later', { path, headers: { host: { kind: 'present' } } }),
      routed('first', { path, query: { q: { kind: 'present' } }, headers: { host: one('shop.test') } }),
      routed('host', { path, host: 'shop.test' }),
    ];
    expect(told(all.slice(0, 2), path)).to.deep.equal(['none: it matches, but later has more conditions']);
    expect(told(all, path, 'GET', '?q')[0]).to.equal('none: it matches, but the host of host is more exact');
    const twins = [
      routed('a', { path, query: { q: { kind: 'present' } } }),
      routed('b', { path, headers: { host: { kind: 'present' } } }),
    ];
    expect(told(twins, path, 'GET', '?q')).to.deep.equal([
      'b: it matches, but a stands before it in the file',
    ]);
  });

  it('never include the one, and match only where it is more exact', () => {
    const part = fc.constantFrom('a', '7', ':x', ':x<a|7>', ':x<int>', '*');
    const paths = fc.uniqueArray(
      fc
        .array(part, { minLength: 1, maxLength: 3 })
        .map((parts) => `/${parts.filter((one, at) => one !== '*' || at === parts.length - 1).join('/')}`),
      { maxLength: 6 },
    );
    const asked = fc.array(fc.constantFrom('a', '7', 'b'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(paths, asked, (patterns, segments) => {
        const routes = patterns.map((path, n) => routed(`r${n}`, { path }));
        const path = `/${segments.join('/')}`;
        const request = { method: 'GET', path, query: '', head: HEAD };
        const winner = createRouteTable(routes).match('GET', path);
        for (const { route, reason } of losers(routes, winner, request)) {
          expect(route).not.to.equal(winner?.config.id);
          const alone = createRouteTable(routes.filter(({ config }) => config.id === route));
          const matches = alone.match('GET', path) !== undefined;
          expect(reason.startsWith('it matches, but'), reason).to.equal(matches);
          if (matches) expect(reason).to.match(/ is more exact$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
