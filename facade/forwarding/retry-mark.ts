/** Pure. Says to the next hop that this request was sent before; one that comes with it is not sent again here. */
import type { Headers } from './request-headers.ts';

const RETRY_HEADER = 'x-retry-attempt';

/** Whether it came with the mark; `resent`: how often it was sent again here. */
export function cameMarked(headers: Headers, resent: number): boolean {
  return resent === 0 && headers[RETRY_HEADER] !== undefined;
}

/** Marks it, unless it came so; gives how often it will have been sent again here. */
export function markResent(headers: Headers, resent: number): number {
  if (cameMarked(headers, resent)) return resent;
  headers[RETRY_HEADER] = String(resent + 1);
  return resent + 1;
}

/** Takes the mark off that was set here. */
export function unmark(headers: Headers, resent: number): void {
  if (resent > 0) delete headers[RETRY_HEADER];
}
