/**
 * The one dispatcher of upgrades: same matching, same assignment as any request. Only WebSocket is passed;
 * the connection stays with the side it was opened on for as long as it lives.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Side } from '../routing/assignment.ts';
import type { Override } from '../routing/override-token.ts';
import type { RequestTarget } from '../routing/request-target.ts';
import { forwardingErrors } from './errors.ts';
import { refuseUpgrade } from './problem-answer.ts';
import type { Headers } from './request-headers.ts';
import { responseHeaders } from './response-headers.ts';
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
  const { target, headers, upstream, route } = plan;
  const opening = new Opening(socket, plan);
  socket.once('close', () => onEnd(opening.ended()));
  const forwarder = upstream.breakerState(route) === 'open' ? undefined : upstream.next();
  if (forwarder === undefined) {
    opening.fail('UPSTREAM_ABSENT');
    return;
  }
  request.url = target.path + target.query;
  request.headers = headers as typeof request.headers;
  opening.limit();
  forwarder.upgrade(request, socket, head, {
    headersOf: ({ rawHeaders }) =>
      responseHeaders(rawHeaders, plan.requestId, plan.answerHeaders, plan.ownsCors),
    onOpen(opened) {
      if (opening.answered()) onOpen(opened);
      else opened.destroy();
    },
    onRefused: (status) => opening.refused(status),
    onFailure: () => opening.fail('UPSTREAM_FAILED'),
  });
}

/** One upgrade until the upstream has answered. */
class Opening {
  #socket: Socket;
  #plan: UpgradePlan;
  #outcome: UpgradeOutcome = { failure: undefined, refused: undefined };
  #answered = false;
  #limit: NodeJS.Timeout | undefined;

  constructor(socket: Socket, plan: UpgradePlan) {
    this.#socket = socket;
    this.#plan = plan;
    socket.once('end', this.#left);
  }

  /** Starts the time that the upstream has. */
  limit(): void {
    this.#limit = setTimeout(() => {
      this.fail('UPSTREAM_SLOW');
      this.#socket.destroySoon();
    }, this.#plan.timeout);
  }

  /** The upstream has answered; false when that comes too late. */
  answered(): boolean {
    if (this.#outcome.failure !== undefined) return false;
    this.#answered = true;
    clearTimeout(this.#limit);
    this.#socket.off('end', this.#left);
    return true;
  }

  refused(status: number): void {
    if (this.answered()) this.#outcome.refused = status;
  }

  /** Tells the client, unless it has an answer: bytes of an open WebSocket are never mixed with another. */
  fail(code: 'UPSTREAM_ABSENT' | 'UPSTREAM_FAILED' | 'UPSTREAM_SLOW'): void {
    clearTimeout(this.#limit);
    if (this.#outcome.failure !== undefined) return;
    this.#outcome.failure = this.#socket.destroyed ? 'CLIENT_GONE' : code;
    if (this.#answered) return;
    const { requestId, answerHeaders } = this.#plan;
    refuseUpgrade(this.#socket, forwardingErrors.table[code].status, code, requestId, answerHeaders);
  }

  /** The client's socket is closed. */
  ended(): UpgradeOutcome {
    clearTimeout(this.#limit);
    if (!this.#answered) this.#outcome.failure ??= 'CLIENT_GONE';
    return this.#outcome;
  }

  #left = (): void => void this.#socket.destroy();
}
