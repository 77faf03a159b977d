/** Limits on a request's body while it comes in: how large it may be, and how long nothing of it may move. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KitError } from '../../chassis/errors.ts';
import type { Exchange } from '../forwarding/exchange.ts';
import { slow } from '../forwarding/time-limit.ts';
import { admissionErrors } from './errors.ts';

/** Whether the announced length alone is too much. */
export function announcesTooMuch({ headers }: Pick<IncomingMessage, 'headers'>, limit: number): boolean {
  return Number(headers['content-length'] ?? 0) > limit;
}

/** How long at most it takes until a pause is noticed that has become too long, beside the limit; ms. */
const LOOK_MS = 1_000;

/**
 * Calls `onExceeded` when the body of a request becomes larger than `bytes`, when nothing of it comes for `idle` ms,
 * or when the upstream takes nothing of it for longer than it may.
 */
export function limitBody(
  exchange: Exchange,
  { bytes, idle }: { bytes: number; idle: number },
  onExceeded: (error: KitError) => void,
): void {
  if (bytes !== Number.POSITIVE_INFINITY) countBody(exchange.request, bytes, onExceeded);
  limitPauses(exchange, idle, onExceeded);
}

/** The connection's own timer does it, which starts anew with each byte. */
function limitPauses(exchange: Exchange, idle: number, onExceeded: (error: KitError) => void): void {
  const { request, response } = exchange;
  const { socket } = request;
  let look = Math.min(idle, LOOK_MS);
  let read = socket.bytesRead;
  let quiet = 0;
  // After a pause the client must be given time again, though no byte has come.
  let moved = false;
  request.on('resume', () => {
    moved = true;
  });
  request.setTimeout(look, () => {
    // Since the answer's end it is the limit on idle connections that is over.
    if (response.writableFinished) return onExceeded(admissionErrors.error('BODY_TOO_SLOW'));
    if (limitsItself(response)) return;
    quiet = moved ? 0 : look + (socket.bytesRead === read ? quiet : 0);
    moved = false;
    read = socket.bytesRead;
    // An upstream that does not take it is not the client's fault.
    const paused = request.isPaused();
    const limit = paused ? patienceOf(exchange) : idle;
    if (quiet >= limit) return onExceeded(paused ? slow(limit) : admissionErrors.error('BODY_TOO_SLOW'));
    look = Math.min(limit - quiet, LOOK_MS);
    request.setTimeout(look);
  });
  request.once('end', () => {
    // After the answer's end the timer is the one that closes idle connections.
    if (!response.writableFinished && !limitsItself(response)) request.setTimeout(0);
  });
}

/** An answer that has begun is under way, however little of the body its upstream takes. */
function patienceOf({ response, patience = Number.POSITIVE_INFINITY }: Exchange): number {
  return response.headersSent ? Number.POSITIVE_INFINITY : patience;
}

/** Whether the answer has begun and may pause for no longer than the `idle` of its route. */
function limitsItself(response: ServerResponse): boolean {
  return response.listenerCount('timeout') > 0;
}

/** Counts where the parser hands bytes over: a listener on `data` would make them flow before anybody reads them. */
function countBody(request: IncomingMessage, bytes: number, onExceeded: (error: KitError) => void): void {
  const push = request.push.bind(request);
  let size = 0;
  request.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    const before = size;
    size += chunk?.length ?? 0;
    if (size > bytes && before <= bytes) onExceeded(admissionErrors.error('BODY_TOO_LARGE'));
    return push(chunk, encoding);
  };
}
