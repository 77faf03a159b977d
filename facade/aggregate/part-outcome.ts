/** Pure. How a part of an aggregate came out, as a client and the metrics are told, and what follows when it was required. */
import type { JsonValue } from '../comparison/lossless-json.ts';
import type { AggregateCode } from './errors.ts';

/** Why a part is missing. */
export type PartFailure =
  | 'timeout'
  | 'unreachable'
  | 'busy'
  | 'not-found'
  | 'denied'
  | 'bad-status'
  | 'not-json'
  | 'too-large'
  /** The path could not be filled: from the client's values, or from another part's. */
  | 'bad-request'
  | 'value-missing'
  /** A part it waits for is missing. */
  | 'skipped'
  /** Nobody waits for it any more. */
  | 'cancelled';

/** A part as it came, its JSON text untouched; or why not. */
export type PartOutcome =
  | { kind: 'ok'; text: string; value: JsonValue }
  | { kind: 'missing'; reason: PartFailure };

/** What the client is told when the part was required. */
export function codeOf(reason: PartFailure): AggregateCode {
  switch (reason) {
    case 'timeout':
    case 'cancelled':
      return 'AGGREGATE_PART_SLOW';
    case 'busy':
      return 'AGGREGATE_PART_BUSY';
    case 'not-found':
      return 'AGGREGATE_PART_ABSENT';
    case 'denied':
      return 'AGGREGATE_PART_DENIED';
    case 'bad-request':
      return 'AGGREGATE_VALUE_REFUSED';
    case 'unreachable':
    case 'bad-status':
    case 'not-json':
    case 'too-large':
    case 'value-missing':
    case 'skipped':
      return 'AGGREGATE_PART_FAILED';
  }
}
