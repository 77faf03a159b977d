/** The end of a client's connection on which nothing is served any more. */
import type { Duplex } from 'node:stream';

/** How long a client has to close its side; ms. */
const PATIENCE_MS = 2_000;

/**
 * Ends the connection, and gives it up when the client has not closed its side after `patience` milliseconds. What
 * still comes is read and dropped until then: bytes that nobody read would make a reset of the end, and the client
 * could lose the answer before it.
 */
export function endAndForget(socket: Duplex, patience = PATIENCE_MS): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const forget = setTimeout(() => socket.destroy(), patience).unref();
  socket.once('close', () => clearTimeout(forget));
  socket.end();
  socket.resume();
}
