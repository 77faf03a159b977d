/** The trace that a request belongs to (W3C Trace Context, level 1): taken over when it has one, begun when not. */
import { randomFillSync } from 'node:crypto';

/** The header that carries it. */
export const TRACEPARENT_HEADER = 'traceparent';

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACEPARENT_LENGTH = 55;

/** The header as it came when it is a valid one of version 00, else a new, unsampled one. */
export function traceparentOf(header: string | string[] | undefined, newTraceparent: () => string): string {
  if (typeof header === 'string' && header.length === TRACEPARENT_LENGTH && TRACEPARENT.test(header)) {
    return header;
  }
  return newTraceparent();
}

/** The trace id (32 hex digits) of a traceparent. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

const pool = Buffer.allocUnsafe(24 * 128);
let used = pool.length;

/** A new traceparent that asks nobody to record it; randomness is drawn for 128 at a time. */
export function newTraceparent(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  // An id of zeros only is not valid.
  pool[used]! |= 1;
  pool[used + 16]! |= 1;
  const trace = pool.toString('hex', used, used + 16);
  const parent = pool.toString('hex', used + 16, used + 24);
  used += 24;
  return `00-${trace}-${parent}-00`;
}
