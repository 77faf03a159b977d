/** Pure. What one comparison can come to. Each outcome is counted; none is left out. */
import type { Difference } from './json-diff.ts';

/** Why a request that could have been compared was not. */
export type SkipReason =
  | 'unsafe'
  | 'sampled-out'
  /** A tester chose the side: no random sample. */
  | 'overridden'
  | 'conditional'
  | 'too-large'
  | 'busy'
  | 'unsupported-type'
  | 'breaker-open'
  | 'control-failed'
  | 'comparator-failed';

/** The outcome of one comparison. */
export type Outcome =
  | { kind: 'match-bytes' }
  /** Equal in meaning; `differences` are the ones that rules or number formats excuse. */
  | { kind: 'match' }
  /** Differed at first, agreed on two fresh reads in a row after `settledMs`. */
  | { kind: 'lag'; settledMs: number }
  | { kind: 'mismatch'; differences: Difference[] }
  /** The service failed (5xx, timeout, reset) where legacy answered: counts as a mismatch. */
  | { kind: 'candidate-error'; reason: string }
  /** Legacy itself failed: no evidence for or against. */
  | { kind: 'legacy-error' }
  | { kind: 'not-compared'; reason: SkipReason };

/** The names of the outcomes. */
export type OutcomeKind = Outcome['kind'];
