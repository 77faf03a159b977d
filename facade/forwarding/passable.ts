/** Pure. Which heads of an upstream's answer can be passed on, and with which reason. */
import type { AnswerHead } from './forwarder.ts';

/** What Node refuses to write, and what stands for bytes that were no UTF-8. */
const UNWRITABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** Why a head cannot be passed on; undefined: it can. */
export function flawOf({ statusCode = 0, headers }: AnswerHead): string | undefined {
  if (statusCode < 200 || statusCode > 999) return `The status of the answer is ${statusCode}.`;
  const coding = headers['transfer-encoding'];
  // Only chunks are undone here: a client would get the bytes of any other coding as if they were the body.
  if (coding !== undefined && coding !== 'chunked' && String(coding).trim().toLowerCase() !== 'chunked')
    return 'The answer has a transfer coding other than chunked.';
  return undefined;
}

/** The upstream's own words; undefined, which is the usual ones, where they cannot be written. */
export function reasonOf({ statusMessage }: AnswerHead): string | undefined {
  if (statusMessage === undefined || statusMessage === 'OK') return statusMessage;
  return UNWRITABLE.test(statusMessage) ? undefined : statusMessage;
}
