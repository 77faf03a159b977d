/** Pure. From a group's state in SQL to what is shown. */
import type { Checkpoint } from '../state/checkpoint.ts';
import type { CopyProgress } from '../state/chunks.ts';
import type { QuarantineSample } from '../state/quarantine.ts';
import type { Verified, VerifyRun } from '../state/verify-runs.ts';
import { hasPassed, showPosition } from '../stream/position.ts';
import type { CopyView, GroupState, GroupView } from './views.ts';

/** Everything SQL knows about a group. */
export interface GroupFacts {
  checkpoint: Checkpoint;
  copy: CopyProgress;
  /** Secondary keys still owed to the target tables. */
  deferred: number;
  quarantine: { count: number; samples: QuarantineSample[] };
  verify?: VerifyRun;
  verified?: Verified;
}

const FRESH = 10_000;
const NEAR = 5;

/** `now` in milliseconds since the epoch. */
export function describeGroup(facts: GroupFacts, now: number): GroupView {
  const { checkpoint, quarantine, verify, verified } = facts;
  const { applied, transactions, holder, epoch, breaker } = checkpoint;
  const error = checkpoint.error ?? (verify?.state === 'failed' ? verify.error : undefined);
  return {
    group: checkpoint.group,
    state: stateOf(checkpoint),
    caughtUp: isCaughtUp(checkpoint, now),
    lagSeconds: checkpoint.phase === 'streaming' ? (checkpoint.lagSeconds ?? null) : null,
    lagBytes: checkpoint.phase === 'streaming' ? (checkpoint.lagBytes ?? null) : null,
    position: checkpoint.position ? showPosition(checkpoint.position) : null,
    copy: describeCopy(facts, now),
    stream: { applied, transactions, holder: holder ?? null, epoch, breaker },
    quarantine,
    verifying:
      verify && (verify.state === 'wanted' || verify.state === 'running') ? { seen: verify.seen } : null,
    verified: verified ?? null,
    ...(error === undefined ? {} : { error }),
  };
}

/** The state in one word. */
export function stateOf(checkpoint: Checkpoint): GroupState {
  if (checkpoint.phase === 'failed') return 'failed';
  if (checkpoint.paused) return 'paused';
  switch (checkpoint.phase) {
    case 'new':
    case 'planned':
      return checkpoint.phase;
    case 'preparing':
    case 'copying':
      return 'copying';
    case 'streaming':
      return hasPassedCopy(checkpoint) ? 'caught-up' : 'streaming';
  }
}

/** Whether the target can be trusted to have what the source had a moment ago. */
export function isCaughtUp(checkpoint: Checkpoint, now: number): boolean {
  const { phase, paused, lagSeconds, streamSeenAt } = checkpoint;
  const alive = streamSeenAt !== undefined && now - streamSeenAt < FRESH;
  const near = lagSeconds !== undefined && lagSeconds <= NEAR;
  return phase === 'streaming' && !paused && hasPassedCopy(checkpoint) && alive && near;
}

function hasPassedCopy({ position, copyEnd }: Checkpoint): boolean {
  return position !== undefined && copyEnd !== undefined && hasPassed(position, copyEnd);
}

function describeCopy({ checkpoint, copy, deferred }: GroupFacts, now: number): CopyView {
  const { rows, chunks } = copy;
  const { copyStartedAt, copyEndedAt, phase } = checkpoint;
  const estimate = copyEndedAt === undefined ? Math.max(checkpoint.estimate, rows) : rows;
  const seconds = copyStartedAt === undefined ? 0 : ((copyEndedAt ?? now) - copyStartedAt) / 1_000;
  const rowsPerSecond = seconds > 0 && rows > 0 ? Math.round(rows / seconds) : null;
  const written = phase === 'copying' && chunks.done === chunks.total;
  const secondsLeft =
    phase === 'copying' && !written && rowsPerSecond !== null
      ? Math.ceil((estimate - rows) / rowsPerSecond)
      : null;
  const indexes = { deferred, building: written && deferred > 0 };
  return { rows, estimate, chunks, rowsPerSecond, secondsLeft, indexes };
}
