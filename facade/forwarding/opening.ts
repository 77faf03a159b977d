/** One WebSocket until an upstream has answered, and what follows when an instance is not there. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type BegunCall, type Breaker, breakerErrors } from '../../chassis/breaker.ts';
import { bulkheadErrors } from '../../chassis/http/bulkhead.ts';
import type { Instance } from '../upstreams/instance.ts';
import type { Waiter } from '../upstreams/places.ts';
import { forwardingErrors } from './errors.ts';
import type { AnswerHead, FailedOver, UpgradeEvents } from './forwarder.ts';
import { MOST_UNCONNECTED } from './place.ts';
import { refuseUpgrade } from './problem-answer.ts';
import { responseHeaders } from './response-headers.ts';
import type { UpgradeOutcome, UpgradePlan } from './upgrade-plan.ts';

const PROBLEMS = { ...forwardingErrors.table, ...bulkheadErrors.table, ...breakerErrors.table };
const NOTHING = Buffer.alloc(0);

/** One that is being opened. While it is, it is an exchange with an instance as any other; once open it is none. */
export class Opening implements UpgradeEvents, Waiter {
  #request: IncomingMessage;
  #socket: Socket;
  #head: Buffer;
  #plan: UpgradePlan;
  #opened: (upstream: Socket) => void;
  #outcome: UpgradeOutcome = { failure: undefined, refused: undefined };
  #answered = false;
  #limit: NodeJS.Timeout | undefined;
  /** The one that is being asked. */
  #instance: Instance | undefined;
  #call: BegunCall | undefined;
  #tried: Instance | undefined;
  #unconnected = 0;

  constructor(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    plan: UpgradePlan,
    opened: (upstream: Socket) => void,
  ) {
    this.#request = request;
    this.#socket = socket;
    this.#head = head;
    this.#plan = plan;
    this.#opened = opened;
    socket.once('end', this.#left);
  }

  start(): void {
    this.#limit = setTimeout(() => this.#late(), this.#plan.timeout);
    this.#enter();
  }

  entered(): void {
    const { pool, places } = this.#plan.upstream;
    const instance = pool.pick(this.#tried);
    if (instance === undefined || !this.#isLetThrough()) {
      places?.leave();
      this.#fail(instance === undefined ? 'UPSTREAM_ABSENT' : 'BREAKER_OPEN');
      return;
    }
    instance.inflight += 1;
    this.#instance = instance;
    const head = this.#head;
    // The forwarder gives it back to the socket, where another finds it.
    this.#head = NOTHING;
    instance.forwarder.upgrade(this.#request, this.#socket, head, this);
  }

  refused(): void {
    const { upstream } = this.#plan;
    upstream.events.busy(upstream.name);
    this.#fail('UPSTREAM_BUSY');
  }

  headersOf({ rawHeaders }: AnswerHead): string[] {
    const { requestId, answerHeaders, ownsCors } = this.#plan;
    return responseHeaders(rawHeaders, requestId, answerHeaders, ownsCors);
  }

  onOpen(upstream: Socket): void {
    if (!this.#isAnswered(101)) upstream.destroy();
    else this.#opened(upstream);
  }

  onRefused(status: number): void {
    if (this.#isAnswered(status)) this.#outcome.refused = status;
  }

  onFailure(_error: Error, over: FailedOver): void {
    const { upstream } = this.#plan;
    const instance = this.#instance;
    if (instance === undefined || this.#outcome.failure !== undefined) {
      if (this.#answered) this.#fail('UPSTREAM_FAILED');
      return;
    }
    if (over !== 'none' || !this.#mayGoElsewhere(instance)) {
      if (!this.#socket.destroyed) this.#judge(502);
      this.#leave();
      this.#fail('UPSTREAM_FAILED');
      return;
    }
    // The breaker judges an upstream, not an instance: its call goes on.
    upstream.standing.failed(instance.url, 'gateway');
    this.#instance = undefined;
    instance.ended();
    upstream.events.retried(upstream.name, 'unconnected');
    this.#tried = instance;
    this.#unconnected += 1;
    this.#enter();
  }

  /** The client's socket is closed. */
  ended(): UpgradeOutcome {
    clearTimeout(this.#limit);
    this.#plan.upstream.places?.withdraw(this);
    this.#leave();
    if (!this.#answered) this.#outcome.failure ??= 'CLIENT_GONE';
    return this.#outcome;
  }

  #breaker(): Breaker | undefined {
    const { upstream, route } = this.#plan;
    return route === undefined ? undefined : upstream.guards?.of(route);
  }

  /** Whether the breaker, where one watches, lets it through. */
  #isLetThrough(): boolean {
    if (this.#call !== undefined) return true;
    const breaker = this.#breaker();
    this.#call = breaker?.begin();
    return breaker === undefined || this.#call !== undefined;
  }

  #enter(): void {
    const { places } = this.#plan.upstream;
    if (this.#call === undefined && this.#breaker()?.state === 'open') this.#fail('BREAKER_OPEN');
    else if (places === undefined) this.entered();
    else places.enter(this);
  }

  #mayGoElsewhere(instance: Instance): boolean {
    if (this.#socket.destroyed || this.#unconnected + 1 >= MOST_UNCONNECTED) return false;
    return this.#plan.upstream.pool.hasAnother(instance);
  }

  /** The upstream has answered; false when that comes too late. */
  #isAnswered(status: number): boolean {
    if (this.#outcome.failure !== undefined) return false;
    this.#answered = true;
    clearTimeout(this.#limit);
    this.#socket.off('end', this.#left);
    this.#judge(status);
    this.#leave();
    return true;
  }

  #late(): void {
    this.#plan.upstream.places?.withdraw(this);
    if (this.#instance !== undefined) this.#judge(504);
    this.#leave();
    this.#fail('UPSTREAM_SLOW');
    this.#socket.destroySoon();
  }

  /** As of any other answer: 502, 503 and 504 speak of the instance itself. */
  #judge(status: number): void {
    const { upstream, route } = this.#plan;
    const { url } = this.#instance!;
    const call = this.#call;
    this.#call = undefined;
    if (status >= 502 && status <= 504) {
      upstream.standing.failed(url, 'gateway');
      if (route !== undefined) upstream.guards?.failed(route);
      call?.failed();
      return;
    }
    if (status >= 500) upstream.standing.failed(url, 'server-error');
    else upstream.standing.succeeded(url);
    call?.succeeded();
  }

  /** Gives back what it holds of the instance. */
  #leave(): void {
    this.#call?.dropped();
    this.#call = undefined;
    this.#instance?.ended();
    this.#instance = undefined;
  }

  /** Tells the client, unless it has an answer: bytes of an open WebSocket are never mixed with another. */
  #fail(code: keyof typeof PROBLEMS): void {
    clearTimeout(this.#limit);
    if (this.#outcome.failure !== undefined) return;
    this.#outcome.failure = this.#socket.destroyed ? 'CLIENT_GONE' : code;
    if (this.#answered) return;
    const { requestId, answerHeaders } = this.#plan;
    refuseUpgrade(this.#socket, PROBLEMS[code].status, code, requestId, answerHeaders);
  }

  #left = (): void => void this.#socket.destroy();
}
