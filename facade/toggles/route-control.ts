/** Moves routes between stages: checks the step and the gate, writes toggle and history, puts it in force. */
import type { Clock } from '../../chassis/clock.ts';
import { KitError } from '../../chassis/errors.ts';
import { facadeErrors } from '../errors.ts';
import type { Judgement, JudgeRoute } from '../gates/judgement.ts';
import type { InForce } from '../in-force.ts';
import { isDeclaredStep, needsGate, type Position, promoted, stepsFrom } from '../routing/stage.ts';
import type { ActiveRoute } from '../snapshot.ts';
import { type Change, createChangeWriter } from './change-writer.ts';
import type { ToggleStore } from './toggle-store.ts';

/** Moves routes. Raises ROUTE_UNKNOWN, STAGE_STEP_ILLEGAL, GATE_NOT_PASSED, TOGGLE_CONFLICT, TOGGLE_STORE_AWAY. */
export interface RouteControl {
  set(id: string, to: Position, change: Change): Promise<ActiveRoute>;
  promote(id: string, percent: number | undefined, change: Change): Promise<ActiveRoute>;
  rollback(id: string, change: Omit<Change, 'force'>): Promise<ActiveRoute>;
  /** What the guard does by itself; `route` is what it judged, so that a change in between wins. */
  guard(route: ActiveRoute, to: Position, reason: string, judgement: Judgement): Promise<void>;
}

/** Makes the control of one facade's routes. */
export function createRouteControl({
  inForce,
  store,
  judge,
  clock,
}: {
  inForce: InForce;
  store: ToggleStore;
  judge: JudgeRoute;
  clock: Clock;
}): RouteControl {
  const find = (id: string): ActiveRoute => {
    const { byId } = inForce.view().snapshot;
    const route = byId.get(id);
    if (route === undefined)
      throw facadeErrors.error('ROUTE_UNKNOWN', { found: id, known: [...byId.keys()].join(', ') });
    return route;
  };
  const write = createChangeWriter({ inForce, store, clock });
  const step = async (route: ActiveRoute, to: Position, change: Change, action: 'set' | 'promote') => {
    if (!change.force) refuseUndeclared(route, to);
    const judgement = needsGate(route.effective.stage, to.stage) ? await judge(route) : undefined;
    if (judgement !== undefined && !change.force) refuseUnproven(route, judgement);
    await write({ route, to, change, action, judgement });
    return find(route.config.id);
  };

  return {
    set: (id, to, change) => step(find(id), to, change, 'set'),
    async promote(id, percent, change) {
      const route = find(id);
      const to = promoted(route.effective, percent);
      if (to === undefined) {
        const { stage } = route.effective;
        throw facadeErrors.error('STAGE_STEP_ILLEGAL', {
          route: id,
          from: stage,
          to: 'a next stage',
          expected: 'none: it is the last',
        });
      }
      return step(route, to, change, 'promote');
    },
    async rollback(id, change) {
      const route = find(id);
      const to: Position = { stage: 'legacy', percent: 0 };
      refuseUndeclared(route, to);
      await write({
        route,
        to,
        change: { ...change, force: false },
        action: 'rollback',
        judgement: undefined,
      });
      return find(id);
    },
    async guard(route, to, reason, judgement) {
      const change = { actor: 'guard', reason, force: false };
      await write({ route, to, change, action: 'guard', judgement }).catch((error) => {
        if (!(error instanceof KitError && error.code === 'TOGGLE_CONFLICT')) throw error;
      });
    },
  };
}

function refuseUndeclared({ config, effective }: ActiveRoute, to: Position): void {
  if (isDeclaredStep(effective.stage, to.stage)) return;
  const expected = stepsFrom(effective.stage).join(' or ') || 'none: it is the last';
  throw facadeErrors.error('STAGE_STEP_ILLEGAL', {
    route: config.id,
    from: effective.stage,
    to: to.stage,
    expected,
  });
}

function refuseUnproven({ config }: ActiveRoute, { gate }: Judgement): void {
  if (gate.verdict === 'pass') return;
  const open = gate.checks.filter(({ verdict }) => verdict !== 'pass');
  const reasons = open.map(({ check, detail }) => `${check}: ${detail}`).join('; ');
  throw facadeErrors.error('GATE_NOT_PASSED', { route: config.id, verdict: gate.verdict, reasons });
}
