/** Writes changes of routes at once, each with its entry of the audit, and puts them in force. */
import type { Clock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import { digestOf } from '../audit/chain.ts';
import type { ActorRole, AuditDraft } from '../audit/entry.ts';
import { facadeErrors } from '../errors.ts';
import type { Judgement } from '../gates/judgement.ts';
import type { InForce } from '../in-force.ts';
import type { Position } from '../routing/stage.ts';
import type { ActiveRoute } from '../snapshot.ts';
import { OutcomeUnknown, type Toggle, type ToggleChange, type ToggleStore } from './toggle-store.ts';

/** Who moves a route, and why. */
export interface Change {
  actor: string;
  role: ActorRole;
  reason: string;
  /** Skips the gate and the declared steps. */
  force: boolean;
}

/** A change that was allowed. */
export interface AllowedChange {
  /** The route as it was judged: a change in between wins. */
  route: ActiveRoute;
  to: Position;
  change: Change;
  action: AuditDraft['action'];
  judgement: Judgement | undefined;
}

/** Makes the writer. It raises TOGGLE_CONFLICT, TOGGLE_STORE_AWAY and TOGGLE_OUTCOME_UNKNOWN. */
export function createChangeWriter({
  inForce,
  store,
  clock,
}: {
  inForce: InForce;
  store: ToggleStore;
  clock: Clock;
}): (changes: readonly AllowedChange[]) => Promise<void> {
  return async (changes) => {
    // A later change must never look older than the file it is based on, whatever the clocks say.
    const at = Math.max(clock.now(), ...changes.map(({ route }) => route.effective.since));
    const { version } = inForce.view().snapshot.loaded;
    const written = await store
      .setMany(changes.map((one) => toggleChange(one, at, version)))
      .catch((error) => {
        const code = error instanceof OutcomeUnknown ? 'TOGGLE_OUTCOME_UNKNOWN' : 'TOGGLE_STORE_AWAY';
        throw facadeErrors.error(code, { reason: messageOf(error) }, error);
      });
    await inForce.refresh();
    if (written === 'conflict')
      throw facadeErrors.error('TOGGLE_CONFLICT', {
        route: changes.map(({ route }) => route.config.id).join(', '),
      });
  };
}

function toggleChange(allowed: AllowedChange, at: number, configVersion: string): ToggleChange {
  const expected = allowed.route.effective.toggle?.revision ?? 0;
  return { toggle: toggleOf(allowed, at, expected), expected, entry: entryOf(allowed, at, configVersion) };
}

function toggleOf({ route, to, change }: AllowedChange, at: number, revision: number): Toggle {
  const { id, stage, percent } = route.config;
  const { actor, reason } = change;
  return { route: id, ...to, actor, reason, at, basedOn: { stage, percent }, revision: revision + 1 };
}

function entryOf(
  { route, to, change, action, judgement }: AllowedChange,
  at: number,
  configVersion: string,
): AuditDraft {
  const { stage, percent } = route.effective;
  const { actor, role, reason, force } = change;
  return {
    ...{ route: route.config.id, at, actor, role, action, reason },
    ...{ from: { stage, percent }, to, forced: force, configVersion },
    evidence: judgement && evidenceOf(judgement),
    evidenceDigest: judgement && digestOf(judgement.record),
  };
}

function evidenceOf({ summary, gate }: Judgement): Record<string, unknown> {
  const { compared, mismatched, service } = summary;
  return { verdict: gate.verdict, compared, mismatched, service };
}
