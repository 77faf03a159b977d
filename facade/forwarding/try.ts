/** One attempt to have a request answered by one upstream, and what follows when it fails. */
import { type BegunCall, breakerErrors } from '../../chassis/breaker.ts';
import { KitError } from '../../chassis/errors.ts';
import type { Instance } from '../upstreams/instance.ts';
import type { Places, Waiter } from '../upstreams/places.ts';
import { passEarlyHints } from './early-hints.ts';
import { forwardingErrors } from './errors.ts';
import { type Exchange, isRepeatable } from './exchange.ts';
import type { AnswerHead, BodyObserver, FailedOver, ForwarderEvents } from './forwarder.ts';
import { type AnswerTap, passAnswer } from './pass-answer.ts';
import { flawOf } from './passable.ts';
import { FIRST_PLACE, firstAt, MOST_UNCONNECTED, type Place } from './place.ts';
import { codeOf, refuse } from './refuse.ts';
import { hasBody } from './request-headers.ts';
import { cameMarked, markResent, unmark } from './retry-mark.ts';
import { settle } from './settle.ts';
import type { Step } from './step.ts';
import { limitTime } from './time-limit.ts';

/** Stands before the breakers for what no route names. */
const NO_ROUTE = '(no route)';

/** How an attempt failed, and what is to be told of it. */
interface Failure {
  error: unknown;
  over: FailedOver;
  /** The instance is to blame. */
  blamed: boolean;
  call: BegunCall | undefined;
}

/** One attempt; nothing of it is reused by another, so that a late event of the one cannot hurt the other. */
export class Try implements ForwarderEvents, Waiter {
  #exchange: Exchange;
  #plan: readonly Step[];
  #tap: AnswerTap;
  #place: Place;
  #instance: Instance | undefined;
  /** Tells the breaker how it went, where one watches. */
  #call: BegunCall | undefined;
  /** In the queue before the upstream. */
  #waits = false;

  constructor(exchange: Exchange, plan: readonly Step[], tap: AnswerTap, place: Place = FIRST_PLACE) {
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
    this.#call = this.#place.call;
    if (this.#call === undefined && upstream.guards?.of(this.#routeId)?.state === 'open') {
      this.#failed(breakerErrors.error('BREAKER_OPEN', { name: upstream.name }), 'new');
    } else if (upstream.places === undefined) this.entered();
    else this.#enter(upstream.places);
  }

  entered(): void {
    const exchange = this.#exchange;
    const { upstream } = this.#step;
    if (this.#waits) exchange.abandon = undefined;
    this.#waits = false;
    const instance = upstream.pool.pick(this.#place.tried);
    if (instance === undefined)
      this.#turnAway(forwardingErrors.error('UPSTREAM_ABSENT', { name: upstream.name }));
    else if (this.#isLetThrough()) this.#send(instance);
    else this.#turnAway(breakerErrors.error('BREAKER_OPEN', { name: upstream.name }));
  }

  refused(error: Error): void {
    const { upstream } = this.#step;
    this.#waits = false;
    upstream.events.busy(upstream.name);
    this.#failed(error, 'new');
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
    return observer;
  }

  onFailure(error: Error, over: FailedOver): void {
    this.#failed(error, over);
  }

  onCut(error: Error): void {
    this.#exchange.failure ??= error instanceof KitError ? error.code : 'answer-cut';
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

  #turnAway(error: Error): void {
    this.#step.upstream.places?.leave();
    this.#failed(error, 'new');
  }

  /** Whether the breaker, where one watches, lets this attempt through. */
  #isLetThrough(): boolean {
    if (this.#call !== undefined) return true;
    const breaker = this.#step.upstream.guards?.of(this.#routeId);
    this.#call = breaker?.begin();
    return breaker === undefined || this.#call !== undefined;
  }

  #send(instance: Instance): void {
    const exchange = this.#exchange;
    const { request, response } = exchange;
    const { upstream, timeout } = this.#step;
    this.#instance = instance;
    instance.inflight += 1;
    exchange.instance = instance;
    // A client that leaves says nothing of the upstream.
    if (this.#call !== undefined) exchange.abandon = this.#call.dropped;
    const sent = instance.forwarder.send(request, response, this, this.#place.fresh);
    exchange.attempt = sent;
    const isRoutes = upstream.guards === undefined || hasBody(request.headers);
    limitTime(exchange, isRoutes ? timeout : upstream.timeout, sent);
  }

  /** An answer that speaks of the instance itself (502, 503, 504) is passed on, but counts as a failure. */
  #judge(status: number): void {
    const { guards, standing } = this.#step.upstream;
    const { url } = this.#instance!;
    const call = this.#told();
    if (status >= 502 && status <= 504) {
      standing.failed(url, 'gateway');
      guards?.failed(this.#routeId);
      call?.failed();
      return;
    }
    if (status >= 500) standing.failed(url, 'server-error');
    else standing.succeeded(url);
    call?.succeeded();
  }

  /** The breaker's call, which is told now how it went, or goes on with the next attempt. */
  #told(): BegunCall | undefined {
    const call = this.#call;
    if (call === undefined) return undefined;
    this.#call = undefined;
    this.#exchange.abandon = undefined;
    return call;
  }

  #failed(error: unknown, over: FailedOver): void {
    const exchange = this.#exchange;
    const { response, request } = exchange;
    exchange.failure = codeOf(error);
    if (response.destroyed || response.headersSent) return;
    const call = this.#told();
    // Every attempt of the proxy adds its own listeners; the attempts are few.
    response.setMaxListeners(0);
    if (over === 'kept' && !this.#place.fresh && !exchange.expired && isRepeatable(request)) {
      this.#step.upstream.events.retried(exchange.upstream, 'stale');
      const resent = markResent(request.headers, this.#place.resent);
      this.#follow({ ...this.#place, fresh: true, resent, call });
      return;
    }
    const blamed = this.#isBlamed(error, over);
    const next = this.#next(error, over);
    // The breaker judges an upstream, not an instance: it learns what became of the request there in the end.
    if (next?.index === this.#place.index) this.#follow({ ...next, call });
    else this.#leave(next, { error, over, blamed, call });
  }

  /** The upstream has failed. */
  #leave(next: Place | undefined, { error, over, blamed, call }: Failure): void {
    const { request } = this.#exchange;
    if (blamed) {
      this.#step.upstream.guards?.failed(this.#routeId);
      call?.failed();
    } else call?.dropped();
    if (next !== undefined) this.#follow(next);
    else {
      // What is left of the body is read and dropped, so that the client sees its answer.
      if (over === 'none') request.resume();
      refuse(this.#exchange, error);
    }
  }

  /** Where the request goes now; undefined: nowhere. */
  #next(error: unknown, over: FailedOver): Place | undefined {
    const exchange = this.#exchange;
    const { index, retries, resent, unconnected } = this.#place;
    const elsewhere = { ...this.#place, fresh: false, tried: this.#instance, call: undefined };
    if (exchange.expired) return undefined;
    if (over === 'none' && this.#mayGoElsewhere()) {
      this.#step.upstream.events.retried(exchange.upstream, 'unconnected');
      return { ...elsewhere, unconnected: unconnected + 1 };
    }
    if (!isRepeatable(exchange.request)) return undefined;
    if (this.#mayRetry(error))
      return { ...elsewhere, retries: retries + 1, resent: markResent(exchange.request.headers, resent) };
    if (index + 1 === this.#plan.length) return undefined;
    exchange.fellBack = true;
    unmark(exchange.request.headers, resent);
    return firstAt(index + 1);
  }

  #follow(place: Place): void {
    new Try(this.#exchange, this.#plan, this.#tap, place).start();
  }

  /** Notes whose failure it is; that of a connection that was closed while idle is nobody's. */
  #isBlamed(error: unknown, over: FailedOver): boolean {
    if (over === 'kept' || this.#instance === undefined || !this.#speaksOfInstance(error)) return false;
    this.#step.upstream.standing.failed(this.#instance.url, 'gateway');
    return true;
  }

  /** What went wrong on the way to the instance, or took it too long; not what the facade or the client did. */
  #speaksOfInstance(error: unknown): boolean {
    if (!(error instanceof KitError)) return true;
    if (error.code === 'DEADLINE_EXCEEDED') return this.#exchange.answerable === this.#instance;
    return error.code === 'UPSTREAM_SLOW';
  }

  /** Nothing was sent, so that neither the method nor the budget matter. */
  #mayGoElsewhere(): boolean {
    return (
      this.#place.unconnected + 1 < MOST_UNCONNECTED && this.#step.upstream.pool.hasAnother(this.#instance!)
    );
  }

  /** A connection that failed may do better elsewhere; a slow instance has used up the client's patience. */
  #mayRetry(error: unknown): boolean {
    const { upstream } = this.#step;
    if (this.#instance === undefined || error instanceof KitError) return false;
    const { retries, resent } = this.#place;
    if (retries >= upstream.retries || cameMarked(this.#exchange.request.headers, resent)) return false;
    if (!upstream.pool.hasAnother(this.#instance)) return false;
    const affordable = upstream.budget.take();
    if (affordable) upstream.events.retried(upstream.name, 'failed');
    else upstream.events.budgetSpent(upstream.name);
    return affordable;
  }
}
