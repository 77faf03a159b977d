/** What can be asked of a data group. Asking twice is the same as asking once. */
import { migrationErrors } from '../errors.ts';
import { blockers } from '../preflight/finding.ts';
import { type PlanReport, planGroup, refuseBlocked } from '../preflight/preflight.ts';
import { movePhase, readCheckpoint, setPaused } from '../state/checkpoint.ts';
import { countDeferred } from '../state/deferred-keys.ts';
import type { Phase } from '../state/phase.ts';
import { wantVerify } from '../state/verify-runs.ts';
import type { ServedGroup } from './groups.ts';

/** The names of the actions in URLs and commands. */
export const ACTIONS = ['plan', 'copy', 'stream', 'verify', 'pause', 'resume'] as const;
/** One of them. */
export type Action = (typeof ACTIONS)[number];

/** Does an action; only `plan` has something to say. `fresh` lets a copy begin again from nothing. */
export async function act(
  group: ServedGroup,
  action: Action,
  { fresh }: { fresh: boolean },
): Promise<PlanReport | undefined> {
  switch (action) {
    case 'plan':
      return plan(group);
    case 'copy':
      return copy(group, fresh);
    case 'stream':
      return stream(group);
    case 'verify':
      return verify(group);
    case 'pause':
    case 'resume':
      await setPaused(group.target, group.name, action === 'pause');
  }
}

async function plan(group: ServedGroup): Promise<PlanReport> {
  const report = await planGroup(group);
  if (blockers(report.findings).length === 0)
    await movePhase(group.target, group.name, { from: ['new'], to: 'planned' });
  return report;
}

async function copy(group: ServedGroup, fresh: boolean): Promise<undefined> {
  const { phase } = await readCheckpoint(group.target, group.name);
  const under: readonly Phase[] = ['preparing', 'copying', 'streaming'];
  if (under.includes(phase) && !fresh) return;
  // All rows are there and only the indexes could not be built: that is tried again.
  if (phase === 'failed' && !fresh && (await owesIndexes(group))) {
    await movePhase(group.target, group.name, { from: ['failed'], to: 'copying' });
    return;
  }
  if (phase === 'failed' && !fresh) throw refused(group, 'copy', phase, 'planned; or a fresh copy (--fresh)');
  refuseBlocked(group.name, await planGroup(group));
  const from: readonly Phase[] = ['new', 'planned', 'preparing', 'copying', 'streaming', 'failed'];
  await movePhase(group.target, group.name, { from, to: 'preparing' });
}

async function owesIndexes({ target, name }: ServedGroup): Promise<boolean> {
  const { copyEnd } = await readCheckpoint(target, name);
  return copyEnd === undefined && (await countDeferred(target, name)) > 0;
}

async function stream(group: ServedGroup): Promise<undefined> {
  const { phase, copyEnd } = await readCheckpoint(group.target, group.name);
  if (phase === 'preparing' || phase === 'copying' || phase === 'streaming') return;
  if (phase !== 'failed' || !copyEnd) throw refused(group, 'stream', phase, 'copied');
  await movePhase(group.target, group.name, { from: ['failed'], to: 'streaming' });
}

async function verify(group: ServedGroup): Promise<undefined> {
  const { phase } = await readCheckpoint(group.target, group.name);
  if (phase !== 'streaming') throw refused(group, 'verify', phase, 'streaming');
  await wantVerify(group.target, group.name);
}

function refused({ name }: ServedGroup, action: Action, phase: Phase, expected: string) {
  return migrationErrors.error('PHASE_REFUSED', { group: name, action, phase, expected });
}
