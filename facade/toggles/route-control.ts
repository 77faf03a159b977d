/**
 * Moves routes between stages: checks the step and the gate, writes toggle and history, puts it in force. The routes
 * of a group move together, in one write, or not at all; each of their gates must pass.
 */
import type { Clock } from '../../chassis/clock.ts';
import { KitError } from '../../chassis/errors.ts';
import { facadeErrors } from '../errors.ts';
import type { Judgement, JudgeRoute } from '../gates/judgement.ts';
import type { InForce } from '../in-force.ts';
import { isDeclaredStep, needsGate, type Position, promoted, stepsFrom } from '../routing/stage.ts';
import type { ActiveRoute } from '../snapshot.ts';
import { type AllowedChange, type Change, createChangeWriter } from './change-writer.ts';
import { refuseNeverGood, refuseQuarantined } from './quarantined-step.ts';
import { aloneOf, followersOf, membersOf, refuseDivided } from './route-group.ts';
import type { ToggleStore } from './toggle-store.ts';

/** Which routes are moved: one that stands alone, or all of a group. */
export type Moved = { route: string } | { group: string };

/**
 * Moves routes. Raises ROUTE_UNKNOWN, ROUTE_QUARANTINED, GROUP_UNKNOWN, ROUTE_IN_GROUP, GROUP_DIVIDED,
 * STAGE_STEP_ILLEGAL, GATE_NOT_PASSED, TOGGLE_CONFLICT, TOGGLE_STORE_AWAY.
 */
export interface RouteControl {
  set(moved: Moved, to: Position, change: Change): Promise<ActiveRoute[]>;
  promote(moved: Moved, percent: number | undefined, change: Change): Promise<ActiveRoute[]>;
  rollback(moved: Moved, change: Omit<Change, 'force'>): Promise<ActiveRoute[]>;
  /** What the guard does by itself; `route` is what it judged, so that a change in between wins. Its group goes with it. */
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
  const routes = () => inForce.view().snapshot.routes;
  const find = (moved: Moved): ActiveRoute[] => {
    if ('group' in moved) return membersOf(routes(), moved.group);
    refuseNeverGood(inForce.view().snapshot, moved.route);
    return [aloneOf(routes(), moved.route)];
  };
  const write = createChangeWriter({ inForce, store, clock });
  const step = async (found: ActiveRoute[], to: Position, change: Change, action: 'set' | 'promote') => {
    refuseQuarantined(inForce.view().snapshot, found, to);
    if (!change.force) for (const route of found) refuseUndeclared(route, to);
    const allowed = await Promise.all(
      found.map(async (route): Promise<AllowedChange> => {
        const guarded =
          action === 'promote' ? to.stage !== 'shadow' : needsGate(route.effective.stage, to.stage);
        return { route, to, change, action, judgement: guarded ? await judge(route) : undefined };
      }),
    );
    if (!change.force) for (const { route, judgement } of allowed) refuseUnproven(route, judgement);
    await write(allowed);
  };

  return {
    async set(moved, to, change) {
      await step(find(moved), to, change, 'set');
      return find(moved);
    },
    async promote(moved, percent, change) {
      const found = find(moved);
      refuseDivided(found);
      const { effective, config } = found[0]!;
      const to = promoted(effective, config.steps, percent);
      if (to === undefined) throw illegal(found[0]!, 'a next stage', 'none: it is the last');
      await step(found, to, change, 'promote');
      return find(moved);
    },
    async rollback(moved, change) {
      const to: Position = { stage: 'legacy', percent: 0 };
      const back = () => {
        const found = find(moved);
        for (const route of found) refuseUndeclared(route, to);
        const unforced = { ...change, force: false };
        return write(
          found.map((route) => ({ route, to, change: unforced, action: 'rollback', judgement: undefined })),
        );
      };
      // Wherever the guard or somebody else put it meanwhile, back is what was asked for.
      await back().catch((error) => {
        if (!isConflict(error)) throw error;
        return back();
      });
      return find(moved);
    },
    async guard(route, to, reason, judgement) {
      const change: Change = { actor: 'guard', role: 'system', reason, force: false };
      const others = followersOf(routes(), route, to).map((one): AllowedChange => {
        const why = `with ${route.config.id} of its group: ${reason}`;
        return { route: one, to, change: { ...change, reason: why }, action: 'guard', judgement: undefined };
      });
      await write([{ route, to, change, action: 'guard', judgement }, ...others]).catch((error) => {
        if (!isConflict(error)) throw error;
      });
    },
  };
}

function isConflict(error: unknown): boolean {
  return error instanceof KitError && error.code === 'TOGGLE_CONFLICT';
}

function refuseUndeclared(route: ActiveRoute, to: Position): void {
  const { stage } = route.effective;
  if (isDeclaredStep(stage, to.stage)) return;
  throw illegal(route, to.stage, stepsFrom(stage).join(' or ') || 'none: it is the last');
}

function illegal({ config, effective }: ActiveRoute, to: string, expected: string): Error {
  return facadeErrors.error('STAGE_STEP_ILLEGAL', { route: config.id, from: effective.stage, to, expected });
}

function refuseUnproven({ config }: ActiveRoute, judgement: Judgement | undefined): void {
  if (judgement === undefined || judgement.gate.verdict === 'pass') return;
  const { gate } = judgement;
  const open = gate.checks.filter(({ verdict }) => verdict !== 'pass');
  const reasons = open.map(({ check, detail }) => `${check}: ${detail}`).join('; ');
  throw facadeErrors.error('GATE_NOT_PASSED', { route: config.id, verdict: gate.verdict, reasons });
}
