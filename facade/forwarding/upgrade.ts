/**
 * The one dispatcher of upgrades: same matching, same assignment as any request. Only WebSocket is passed;
 * the connection stays with the side it was opened on for as long as it lives.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Opening } from './opening.ts';
import type { UpgradeOutcome, UpgradePlan } from './upgrade-plan.ts';

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
