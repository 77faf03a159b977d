/** One attempt to have a request answered by one upstream, and what follows when it fails. */
import { type Breaker, breakerErrors } from '../../chassis/breaker.ts';
import { KitError } from '../../chassis/errors.ts';
import type { Instance } from '../upstreams/instance.ts';
import type { Places, Waiter } from '../upstreams/places.ts';
import { passEarlyHints } from './early-hints.ts';
import { forwardingErrors } from './errors.ts';
import { type Exchange, isRepeatable } from './exchange.ts';
import type { AnswerHead, Attempt, BodyObserver, ForwarderEvents } from './forwarder.ts';
import { type AnswerTap, passAnswer } from './pass-answer.ts';
import { flawOf } from './passable.ts';
import { codeOf, refuse } from './refuse.ts';
import { hasBody } from './request-headers.ts';
import { settle } from './settle.ts';
import type { Step } from './step.ts';
import { limitTime, slow } from './time-limit.ts';

/** Says to the next hop that this request was sent before; one that comes with it is not sent again here. */
const RETRY_HEADER = 'x-retry-attempt';
/** Stands before the breakers for what no route names. */
const NO_ROUTE = '(no route)';
const ANSWERED_BADLY = Symbol('answered with 502, 503 or 504');

/** Where an attempt stands among those of its exchange. */
interface Place {
  /** Of the plan. */
  index: number;
  /** Sent once more over a fresh connection, after a kept one was reset. */
  again: boolean;
  /** The instance that failed before. */
  tried: Instance | undefined;
  /** Retries on other instances so far. */
  retries: number;
}

const FIRST: Place = { index: 0, again: false, tried: undefined, retries: 0 };

/** One attempt; nothing of it is reused by another, so that a late event of the one cannot hurt the other. */
export class Try implements ForwarderEvents, Waiter {
  #exchange: Exchange;
  #plan: readonly Step[];
  #tap: AnswerTap;
  #place: Place;
  #breaker: Breaker | undefined;
  #instance: Instance | undefined;
  /** Settles the call that the breaker is watching. */
  #watched: { resolve(): void; reject(error: unknown): void } | undefined;
  #reused = false;
  /** In the queue before the upstream. */
  #waits = false;

  constructor(exchange: Exchange, plan: readonly Step[], tap: AnswerTap, place: Place = FIRST) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#tap = tap;
    this.#place = place;
  }

  /** Waits for a place at the upstream and sends the request. */
  start(): void {
    const exchange = this.#exchange;
    const { side, upstream } = this.#step;
    settle(exchange);
    exchange.side = side;
    exchange.upstream = upstream.name;
    this.#breaker = upstream.guards?.of(this.#routeId);
    if (this.#breaker?.state === 'open') {
      this.#failed(breakerErrors.error('BREAKER_OPEN', { name: upstream.name }), false);
    } else if (upstream.places === undefined) this.entered();
    else this.#enter(upstream.places);
  }

  entered(): void {
    const exchange = this.#exchange;
    const { upstream, timeout } = this.#step;
    if (this.#waits) exchange.abandon = undefined;
    this.#waits = false;
    const instance = upstream.pool.pick(this.#place.tried);
    if (instance === undefined) {
      upstream.places?.leave();
      this.#failed(forwardingErrors.error('UPSTREAM_ABSENT', { name: upstream.name }), false);
      return;
    }
    this.#instance = instance;
    instance.inflight += 1;
    exchange.instance = instance;
    const body = hasBody(exchange.request.headers);
    // The time that a body is on its way says nothing of the service: such calls are not counted by its breaker.
    if (this.#breaker !== undefined && !body) this.#guarded(this.#breaker);
    else
      limitTime(exchange, upstream.guards === undefined || body ? timeout : upstream.timeout, this.#send());
  }

  refused(error: Error): void {
    const { upstream } = this.#step;
    this.#waits = false;
    upstream.events.busy(upstream.name);
    this.#failed(error, false);
  }

  onHints(link: string | string[] | undefined): void {
    passEarlyHints(this.#exchange.response, link);
  }

  onHead(answer: AnswerHead): BodyObserver | undefined {
    const exchange = this.#exchange;
    const flaw = flawOf(answer);
    if (flaw !== undefined) throw new Error(flaw);
    const observer = passAnswer(exchange, answer, this.#tap);
    this.#judge(exchange.status);
    if (this.#watched !== undefined) exchange.abandon = undefined;
    return observer;
  }

  onFailure(error: Error, reused: boolean): void {
    this.#reused = reused;
    if (this.#watched !== undefined) this.#watched.reject(error);
    else this.#failed(error, reused);
  }

  onCut(): void {
    this.#exchange.failure ??= 'answer-cut';
  }

  get #step(): Step {
    return this.#plan[this.#place.index]!;
  }

  get #routeId(): string {
    return this.#exchange.route?.config.id ?? NO_ROUTE;
  }

  #enter(places: Places): void {
    this.#waits = true;
    places.enter(this);
    if (this.#waits) this.#exchange.abandon = () => places.withdraw(this);
  }

  #send(): Attempt {
    const exchange = this.#exchange;
    exchange.attempt = this.#instance!.forwarder.send(exchange.request, exchange.response, this);
    return exchange.attempt;
  }

  /** Inside the breaker, while it is being watched: the call succeeds when an answer begins. */
  #guarded(breaker: Breaker): void {
    const call = (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        this.#watched = { resolve, reject };
        const sent = this.#send();
        this.#exchange.abandon = () => reject(forwardingErrors.error('CLIENT_GONE'));
        signal.addEventListener('abort', () => sent.giveUp(slow(this.#step.upstream.timeout)));
      });
    breaker.run(call).catch((error) => {
      if (error !== ANSWERED_BADLY) this.#failed(error, this.#reused);
    });
  }

  /** An answer that speaks of the instance itself (502, 503, 504) is passed on, but counts as a failure. */
  #judge(status: number): void {
    const { guards } = this.#step.upstream;
    if (status >= 502 && status <= 504) {
      this.#step.upstream.standing.failed(this.#instance!.url, 'gateway');
      guards?.failed(this.#routeId);
      this.#watched?.reject(ANSWERED_BADLY);
      return;
    }
    if (status >= 500) this.#step.upstream.standing.failed(this.#instance!.url, 'server-error');
    else this.#step.upstream.standing.succeeded(this.#instance!.url);
    this.#watched?.resolve();
  }

  #failed(error: unknown, reused: boolean): void {
    const exchange = this.#exchange;
    const { response, request } = exchange;
    exchange.failure = codeOf(error);
    if (response.destroyed || response.headersSent) return;
    this.#blame(error, reused);
    // Every attempt of the proxy adds its own listeners; the attempts are few.
    response.setMaxListeners(0);
    const { index, again, tried, retries } = this.#place;
    if (exchange.expired || !isRepeatable(request)) refuse(exchange, error);
    else if (reused && !again) this.#follow({ index, again: true, tried, retries });
    else if (this.#mayRetry(error)) {
      request.headers[RETRY_HEADER] = String(retries + 1);
      this.#follow({ index, again: false, tried: this.#instance, retries: retries + 1 });
    } else if (index + 1 < this.#plan.length) {
      exchange.fellBack = true;
      if (retries > 0) delete request.headers[RETRY_HEADER];
      this.#follow({ index: index + 1, again: false, tried: undefined, retries: 0 });
    } else refuse(exchange, error);
  }

  #follow(place: Place): void {
    new Try(this.#exchange, this.#plan, this.#tap, place).start();
  }

  /** Notes the failure where it belongs; a connection that was closed while idle is nobody's. */
  #blame(error: unknown, reused: boolean): void {
    const { upstream } = this.#step;
    if (reused || this.#instance === undefined || !speaksOfInstance(error)) return;
    upstream.standing.failed(this.#instance.url, 'gateway');
    upstream.guards?.failed(this.#routeId);
  }

  /** A connection that failed may do better elsewhere; a slow instance has used up the client's patience. */
  #mayRetry(error: unknown): boolean {
    const { upstream } = this.#step;
    const { retries } = this.#place;
    if (this.#instance === undefined || error instanceof KitError || retries >= upstream.retries)
      return false;
    if (retries === 0 && this.#exchange.request.headers[RETRY_HEADER] !== undefined) return false;
    if (!upstream.pool.hasAnother(this.#instance)) return false;
    const affordable = upstream.budget.take();
    if (affordable) upstream.events.retried(upstream.name);
    else upstream.events.budgetSpent(upstream.name);
    return affordable;
  }
}

/** What went wrong on the way to the instance, or took it too long; not what the facade or the client did. */
function speaksOfInstance(error: unknown): boolean {
  return !(error instanceof KitError) || SLOW.has(error.code);
}

const SLOW = new Set(['UPSTREAM_SLOW', 'BREAKER_TIMEOUT', 'DEADLINE_EXCEEDED']);
