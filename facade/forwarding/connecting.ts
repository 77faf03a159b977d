/** A request of Node's client whose connection is still to come about. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { hasBody } from './request-headers.ts';

/** Time for a connection to come about: two lost packets may be sent again, and it is less than a service has to answer. */
export const CONNECT_MS = 4_000;

/**
 * Follows a connection until it is there, and calls `onConnected` then. One that takes too long ends the request.
 */
export function followConnecting(outgoing: ClientRequest, socket: Socket, onConnected: () => void): void {
  const timer = setTimeout(
    () => outgoing.destroy(new Error('No connection came about in time.')),
    CONNECT_MS,
  );
  socket.once('close', () => clearTimeout(timer));
  // Over TLS nothing of the request leaves before the handshake has ended.
  socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
    clearTimeout(timer);
    onConnected();
  });
}

/**
 * Holds the body of a request back that is about to be piped, and gives what lets it go. What was taken of it by then
 * could not be sent to another instance.
 */
export function holdBody(request: IncomingMessage, outgoing: ClientRequest): () => void {
  if (!hasBody(request.headers)) return () => {};
  // After the pipe was laid, and before it flows.
  process.nextTick(() => request.unpipe(outgoing));
  return () => request.pipe(outgoing);
}
