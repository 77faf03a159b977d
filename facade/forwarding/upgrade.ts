/**
 * The one dispatcher of upgrades: same matching, same assignment as any request. Only WebSocket is passed;
 * the connection stays with the side it was opened on for as long as it lives.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Side } from '../routing/assignment.ts';
import type { Override } from '../routing/override-token.ts';
import type { RequestTarget } from '../routing/request-target.ts';
import { Opening } from './opening.ts';
import type { Headers } from './request-headers.ts';
import type { Upstream } from './upstream.ts';

/** An upgrade that was matched and assigned. */
export interface UpgradePlan {
  requestId: string;
  target: RequestTarget;
  headers: Headers;
  side: Side;
  upstream: Upstream;
  /** Milliseconds until the upstream must have answered. */
  timeout: number;
  /** The tester's token that came with it, and whether the side was chosen by it. */
  override: Override;
  overridden: boolean;
  /** The route's id; undefined: no route names it. */
  route: string | undefined;
  /** What the facade adds to the answer: name, value, name, value. */
  answerHeaders: readonly string[];
  /** CORS is the facade's affair: the upstream's own headers of it are dropped. */
  ownsCors: boolean;
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

/** Forwards it; where no answer of the upstream is to be had, the client is told. */
export function forwardUpgrade(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  plan: UpgradePlan,
  { onOpen, onEnd }: UpgradeListener,
): void {
  const { target, headers } = plan;
  const opening = new Opening(request, socket, head, plan, onOpen);
  socket.once('close', () => onEnd(opening.ended()));
  request.url = target.path + target.query;
  request.headers = headers as typeof request.headers;
  opening.start();
}
