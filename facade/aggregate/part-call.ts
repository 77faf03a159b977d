/** The port by which a part is asked of its upstream. */
import type { Headers } from '../forwarding/request-headers.ts';

/** Stands before the breakers for parts: they have their own, for an upstream's routes may fail while they do not. */
export const PARTS_PURPOSE = '(aggregates)';

/** One call; `maxBody` in bytes. */
export interface PartRequest {
  /** Path and query. */
  path: string;
  headers: Headers;
  maxBody: number;
}

/** What came of it, whatever the status. */
export type PartAnswer =
  | { kind: 'answer'; status: number; headers: Headers; body: Buffer }
  | { kind: 'too-large' }
  /** The upstream takes no calls: its breaker is open, or its places are taken. */
  | { kind: 'busy' };

/**
 * Asks an upstream by name. Rejects when it cannot be reached, or when the signal is aborted: with a reason that is a
 * TimeoutError where the upstream was too slow.
 */
export type PartCall = (upstream: string, request: PartRequest, signal: AbortSignal) => Promise<PartAnswer>;
