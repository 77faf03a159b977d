/** Answers of one connection that are due one after another, as their requests came (pipelining). */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** A socket with the answer that is due on it; Node tells it here only. */
type Answering = Duplex & { _httpMessage?: ServerResponse | null };

/** Those behind the one that is due, where there are any. */
const waiting = new WeakMap<Duplex, Set<ServerResponse>>();

/** Whether an answer is due, or under way. */
export function isAnswering(socket: Duplex): boolean {
  return (socket as Answering)._httpMessage != null;
}

/** Whether an answer is due that is none to the request whose bytes are being read, or has begun. */
export function wouldMix(socket: Duplex): boolean {
  const due = (socket as Answering)._httpMessage;
  return due != null && (due.headersSent || due.req.complete);
}

/** Remembers an answer that has to wait for another. */
export function remember(response: ServerResponse): void {
  if (response.socket !== null) return;
  const { socket } = response.req;
  const others = waiting.get(socket) ?? new Set();
  waiting.set(socket, others.add(response));
  response.once('close', () => others.delete(response));
}

/** Ends a connection that Node has handed over: those that wait are not told by it any more. */
export function abandon(socket: Duplex): void {
  socket.destroy();
  for (const response of waiting.get(socket) ?? []) response.destroy();
}
