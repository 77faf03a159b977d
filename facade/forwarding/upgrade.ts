/**
 * The one dispatcher of upgrades: same matching, same assignment as any request. Only WebSocket is passed;
 * the connection stays with the side it was opened on for as long as it lives.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Side } from '../routing/assignment.ts';
import type { Override } from '../routing/override-token.ts';
import type { RequestTarget } from '../routing/request-target.ts';
import { refuseUpgrade } from './problem-answer.ts';
import type { Headers } from './request-headers.ts';
import type { Upstream } from './upstream.ts';

/** An upgrade that was matched and assigned. */
export interface UpgradePlan {
  requestId: string;
  target: RequestTarget;
  headers: Headers;
  side: Side;
  upstream: Upstream;
  /** The tester's token that came with it, and whether the side was chosen by it. */
  override: Override;
  overridden: boolean;
  /** The route's id; undefined: no route names it. */
  route: string | undefined;
}

/** Whether a request asks for a WebSocket; an offer of anything else is ignored, as HTTP allows. */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** How an upgrade ended: a failure's code, or the status with which the upstream refused; neither: it was open. */
export interface UpgradeOutcome {
  failure: string | undefined;
  refused: number | undefined;
}

/** Called as an upgrade goes on: `onOpen` at most once, `onEnd` once, when the client's socket is closed. */
export interface UpgradeListener {
  onOpen(upstream: Socket): void;
  onEnd(outcome: UpgradeOutcome): void;
}

/** Forwards it; where the upstream cannot be asked, the client is told. */
export function forwardUpgrade(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  { requestId, target, headers, upstream, route }: UpgradePlan,
  { onOpen, onEnd }: UpgradeListener,
): void {
  const outcome: UpgradeOutcome = { failure: undefined, refused: undefined };
  const writtenBefore = socket.bytesWritten;
  socket.on('error', () => {});
  socket.once('close', () => onEnd(outcome));
  const left = () => socket.destroy();
  socket.once('end', left);
  const forwarder = upstream.breakerState(route) === 'open' ? undefined : upstream.next();
  if (forwarder === undefined) {
    outcome.failure = 'UPSTREAM_ABSENT';
    refuseUpgrade(socket, 503, outcome.failure, requestId);
    return;
  }
  request.url = target.path + target.query;
  request.headers = headers as typeof request.headers;
  forwarder.upgrade(request, socket, head, {
    onOpen(opened) {
      socket.off('end', left);
      onOpen(opened);
    },
    onRefused(status) {
      outcome.refused = status;
    },
    onFailure() {
      outcome.failure ??= socket.destroyed ? 'CLIENT_GONE' : 'UPSTREAM_FAILED';
      // The forwarder ends the socket itself after this; bytes of an open WebSocket are never mixed with an answer.
      if (socket.bytesWritten === writtenBefore) refuseUpgrade(socket, 502, outcome.failure, requestId);
    },
  });
}
