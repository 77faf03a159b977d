import { expect } from 'chai';
import fc from 'fast-check';
import { systemClock } from '../../../chassis/clock.ts';
import { loadText } from '../../../chassis/config/load.ts';
import { STAGES } from '../../../chassis/config/schema/routes.ts';
import type { Judgement } from '../../../facade/gates/judgement.ts';
import type { InForce } from '../../../facade/in-force.ts';
import { goesFurther, type Position } from '../../../facade/routing/stage.ts';
import { type ActiveRoute, compileSnapshot } from '../../../facade/snapshot.ts';
import { createMemoryToggleStore } from '../../../facade/toggles/memory-toggle-store.ts';
import { createRouteControl } from '../../../facade/toggles/route-control.ts';
import { dividedGroups, followersOf } from '../../../facade/toggles/route-group.ts';
import type { ToggleStore } from '../../../facade/toggles/toggle-store.ts';

const LEGACY: Position = { stage: 'legacy', percent: 0 };
const CHANGE = { actor: 'ann', role: 'operator' as const, reason: 'burning' };
const FAILED = {
  gate: { verdict: 'fail', checks: [] },
  summary: { compared: 0, mismatched: 0, service: { answered: 20, failed: 20 } },
  record: {},
} as unknown as Judgement;

/** Two routes of a group on live, with what compiles them anew. */
async function rig(store: ToggleStore = createMemoryToggleStore()) {
  const member = (id: string) =>
    `  - { id: ${id}, match: { path: /${id} }, service: s, stage: live, group: checkout }\n`;
  const upstreams = 'upstreams: { l: { url: "http://127.0.0.1:1" }, s: { url: "http://127.0.0.1:2" } }';
  const text = `${upstreams}\nlegacy: l\nroutes:\n${member('cart')}${member('payment')}`;
  const loaded = loadText(text, 'f.yaml', {});
  const compile = async () =>
    compileSnapshot({ loaded, toggles: await store.all(), bases: new Map(), togglesKnown: true });
  let snapshot = await compile();
  const refresh = async () => {
    snapshot = await compile();
  };
  const inForce = { view: () => ({ snapshot }), refresh } as unknown as InForce;
  const control = createRouteControl({ inForce, store, judge: async () => FAILED, clock: systemClock });
  const entries = async () =>
    (await store.audit(0, 10)).entries.map(({ route, actor, to }) => `${route} ${to.stage} by ${actor}`);
  return { control, refresh, entries, route: (id: string) => snapshot.byId.get(id)! };
}

describe('the control of routes', () => {
  it('writes a route that the guard judged once, though everything was compiled anew meanwhile', async () => {
    const { control, refresh, entries, route } = await rig();
    const judged = route('cart');
    await refresh();
    await control.guard(judged, LEGACY, 'errors', FAILED);
    expect(await entries()).to.deep.equal(['cart legacy by guard', 'payment legacy by guard']);
  });

  it('takes a route back although the guard moves it in the same moment', async () => {
    const memory = createMemoryToggleStore();
    let raced = false;
    const store: ToggleStore = {
      ...memory,
      async setMany(changes) {
        if (!raced) {
          raced = true;
          await guard();
        }
        return memory.setMany(changes);
      },
    };
    const { control, entries, route } = await rig(store);
    const guard = () => control.guard(route('cart'), { stage: 'canary', percent: 10 }, 'errors', FAILED);
    const moved = await control.rollback({ group: 'checkout' }, CHANGE);
    expect(moved.map(({ effective }) => effective.stage)).to.deep.equal(['legacy', 'legacy']);
    expect(await entries()).to.deep.equal([
      ...['cart canary by guard', 'payment canary by guard'],
      ...['cart legacy by ann', 'payment legacy by ann'],
    ]);
  });
});

describe('the routes of a group', () => {
  const position = fc.record({ stage: fc.constantFrom(...STAGES), percent: fc.constantFrom(0, 10, 50, 100) });
  const members = fc
    .array(fc.record({ effective: position, group: fc.constantFrom('a', 'b', undefined) }), { maxLength: 6 })
    .map((all) =>
      all.map(
        ({ effective, group }, n) =>
          ({ config: { id: `r${n}`, group }, effective }) as unknown as ActiveRoute,
      ),
    );

  it('follow one that is taken back, never forwards, never from retired, and never out of another group', () => {
    fc.assert(
      fc.property(members, position, (routes, to) => {
        for (const route of routes) {
          const followers = followersOf(routes, route, to);
          for (const one of followers) {
            expect(one.config.id).not.to.equal(route.config.id);
            expect(one.config.group).to.equal(route.config.group).and.not.equal(undefined);
            expect(goesFurther(one.effective, to)).to.equal(false);
            expect(one.effective.stage).not.to.equal('retired');
          }
          const others = routes.filter((one) => one !== route && !followers.includes(one));
          const left = others.filter(({ config }) => config.group && config.group === route.config.group);
          for (const one of left.filter(({ effective }) => effective.stage !== 'retired'))
            expect(goesFurther(to, one.effective), 'those that stay stand no further').to.equal(false);
        }
      }),
    );
  });

  it('are divided when one stands elsewhere; the percent counts in canary only', () => {
    const at = (group: string | undefined, stage: string, percent = 0) =>
      ({ config: { group }, effective: { stage, percent } }) as unknown as ActiveRoute;
    const together = [at('a', 'live', 10), at('a', 'live'), at(undefined, 'live'), at(undefined, 'legacy')];
    expect(dividedGroups(together)).to.deep.equal([]);
    expect(dividedGroups([...together, at('b', 'canary', 10), at('b', 'canary', 20)])).to.deep.equal(['b']);
  });
});
