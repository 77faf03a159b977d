/**
 * Tells lag from a mismatch: both sides are read afresh, later and later, up to the route's patience. Two equal
 * pairs in a row are lag; never a single one, since a candidate that flaps would pass by chance.
 */
import type { Clock } from '../../chassis/clock.ts';
import type { Compared } from './compare.ts';
import type { Observed } from './observed.ts';
import type { Outcome } from './outcome.ts';

/** What one fresh look at a side came to. */
export type Reading = { ok: true; observed: Observed } | { ok: false; reason: string };

/** What a recheck needs. */
export interface RecheckOptions {
  /** The mismatch as it was first seen. */
  first: Extract<Outcome, { kind: 'mismatch' }>;
  readControl: () => Promise<Reading>;
  readCandidate: () => Promise<Reading>;
  compare: (control: Observed, candidate: Observed) => Compared;
  /** Milliseconds. */
  maxLag: number;
  clock: Clock;
  signal: AbortSignal;
}

const LOOKS_AT_MS = [250, 1_000, 2_500, 5_000, 10_000, 30_000];
/** A pair that agrees at the last look is looked at once more after this. */
const CONFIRM_AFTER_MS = 250;

/** The times (ms after the mismatch) at which both sides are read again. */
export function lookTimes(maxLag: number): number[] {
  const looks = LOOKS_AT_MS.filter((at) => at <= maxLag);
  return looks.length === 0 ? [] : [...looks, looks.at(-1)! + CONFIRM_AFTER_MS];
}

/** Resolves with lag, mismatch (of the last pair), candidate-error or legacy-error. */
export async function recheck(options: RecheckOptions): Promise<Outcome> {
  const startedAt = options.clock.monotonic();
  let outcome: Outcome = options.first;
  let equalInARow = 0;
  for (const at of lookTimes(options.maxLag)) {
    const wait = at - (options.clock.monotonic() - startedAt);
    if (wait > 0) await options.clock.sleep(wait, options.signal);
    const look = await freshPair(options);
    const agrees = look.kind === 'match' || look.kind === 'match-bytes';
    equalInARow = agrees ? equalInARow + 1 : 0;
    if (equalInARow === 2)
      return { kind: 'lag', settledMs: Math.round(options.clock.monotonic() - startedAt) };
    if (!agrees) outcome = look;
  }
  return outcome;
}

/**
 * Reads both sides. Where they differ legacy is read once more: a service that agrees with what legacy says before or
 * after its own answer was asked while the state moved.
 */
async function freshPair({ readControl, readCandidate, compare }: RecheckOptions): Promise<Outcome> {
  const [control, candidate] = await Promise.all([readControl(), readCandidate()]);
  if (!isAnswer(control)) return { kind: 'legacy-error' };
  if (!candidate.ok) return { kind: 'candidate-error', reason: candidate.reason };
  const before = compare(control.observed, candidate.observed).outcome;
  if (before.kind !== 'mismatch') return before;
  const after = await readControl();
  if (!isAnswer(after)) return { kind: 'legacy-error' };
  return compare(after.observed, candidate.observed).outcome;
}

function isAnswer(reading: Reading): reading is Extract<Reading, { ok: true }> {
  return reading.ok && reading.observed.status < 500;
}
