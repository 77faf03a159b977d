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

/**
 * Looks at it now and then. The connection's own timer would not do: Node cuts a connection off when that is over for a
 * body that has come whole and that nobody took yet.
 */
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
  const check = () => {
    // From the answer's end on it is Node's limit on idle connections that counts.
    if (response.writableFinished) return;
    if (!limitsItself(response)) {
      quiet = moved || socket.bytesRead !== read ? 0 : quiet + look;
      moved = false;
      read = socket.bytesRead;
      // What is all there, and what nobody takes, is not the client's fault.
      const waits = request.complete || request.isPaused();
      const limit = waits ? patienceOf(exchange) : idle;
      if (quiet >= limit) return onExceeded(waits ? slow(limit) : admissionErrors.error('BODY_TOO_SLOW'));
      look = Math.min(limit - quiet, LOOK_MS);
    }
    timer = setTimeout(check, look);
  };
  let timer = setTimeout(check, look);
  const stop = () => clearTimeout(timer);
  request.once('end', stop);
  response.once('close', stop);
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
