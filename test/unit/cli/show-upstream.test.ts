import { expect } from 'chai';
import { upstreamRows } from '../../../cli/show-upstream.ts';
import type { UpstreamView } from '../../../facade/admin/upstream-view.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');
const view = (over: Partial<UpstreamView>): UpstreamView => ({
  ...{ name: 'shop', discovery: { resolver: 'static' }, instances: [], panic: false },
  ...{ breaker: 'closed', breakers: [], places: { active: 0, waiting: 0 } },
  ...over,
});
const lines = (over: Partial<UpstreamView>) =>
  upstreamRows(view(over), NOW).map((row) => row.join(' | ').trim());
type Instance = UpstreamView['instances'][number];
const shown = (over: Partial<Instance>) =>
  lines({ instances: [{ url: 'u', state: { kind: 'healthy' }, named: true, inflight: 0, ...over }] })[1];

describe('an upstream on a terminal', () => {
  it('says where its instances come from, and how far that is to be trusted', () => {
    const found = (state: object, selfPreservation = false) =>
      lines({
        discovery: { resolver: 'consul', name: 'shop', known: 1, state, selfPreservation } as never,
      })[0];
    expect(lines({})[0]).to.equal('shop | breaker closed | fixed, NO INSTANCE');
    expect(found({ kind: 'fresh' })).to.contain('| consul shop, NO');
    expect(found({ kind: 'never-answered' })).to.contain('consul shop HAS NOT ANSWERED YET');
    const since = NOW - 90_000;
    expect(found({ kind: 'stale', since, reason: 'unreachable' })).to.contain(
      'consul shop: LAST KNOWN GOOD for 1 min 30 s (unreachable)',
    );
    expect(found({ kind: 'stale', since, reason: 'emptied' }, true)).to.contain(
      'consul shop: SELF-PRESERVATION for 1 min 30 s (emptied)',
    );
  });

  it('gives each instance a line with what is to be known of it', () => {
    expect(shown({})).to.equal('|  | u');
    expect(shown({ inflight: 2 })).to.contain('u (2 under way)');
    expect(shown({ state: { kind: 'slow-start', share: 0.25 } })).to.contain('u (starting, 25 %)');
    expect(shown({ state: { kind: 'ejected', until: NOW } })).to.contain(
      'EJECTED until 2026-07-01T12:00:00.000Z',
    );
    expect(shown({ state: { kind: 'unhealthy' }, probed: { kind: 'unhealthy', passes: 1 } })).to.contain(
      'u (UNHEALTHY, probing, 1 passed)',
    );
    expect(shown({ probed: { kind: 'unproven' } })).to.contain('u (probing)');
    expect(shown({ probed: { kind: 'healthy', failures: 2 } })).to.contain('u (2 failed probe(s))');
    expect(shown({ named: false })).to.contain('u (not named any more)');
    expect(shown({ named: false, state: { kind: 'draining' }, inflight: 1 })).to.contain(
      'u (draining, 1 under way)',
    );
  });

  it('names breakers that do not let every call pass, and what waits', () => {
    const breakers = [
      { route: 'a', state: 'open' },
      { route: 'b', state: 'closed' },
    ] as const;
    const rows = lines({ panic: true, places: { active: 1, waiting: 3 }, breakers: [...breakers] });
    expect(rows[0]).to.contain('TOO FEW ARE GOOD: ALL ARE USED, 3 WAIT FOR A PLACE');
    expect(rows.slice(1)).to.deep.equal(['|   open | for a']);
  });
});
