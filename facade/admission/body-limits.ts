/** Limits on a request's body while it comes in: how large it may be, and how long nothing of it may come. */
import type { IncomingMessage } from 'node:http';
import type { KitError } from '../../chassis/errors.ts';
import { admissionErrors } from './errors.ts';

/** Whether the announced length alone is too much. */
export function announcesTooMuch({ headers }: Pick<IncomingMessage, 'headers'>, limit: number): boolean {
  return Number(headers['content-length'] ?? 0) > limit;
}

/** Calls `onExceeded`, once, when the body of a request becomes larger than `bytes` or pauses for `idle` ms. */
export function limitBody(
  request: IncomingMessage,
  { bytes, idle }: { bytes: number; idle: number },
  onExceeded: (error: KitError) => void,
): void {
  if (bytes !== Number.POSITIVE_INFINITY) countBody(request, bytes, onExceeded);
  request.setTimeout(idle, () => {
    // An upstream that does not take it is not the client's fault.
    if (request.isPaused()) request.setTimeout(idle);
    else onExceeded(admissionErrors.error('BODY_TOO_SLOW'));
  });
  request.once('end', () => request.setTimeout(0));
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
