/** One request on its way through http-proxy-middleware, between the middleware's events and ours. */
import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { KitError } from '../../chassis/errors.ts';
import { followConnecting, holdBody } from './connecting.ts';
import { forwardingErrors } from './errors.ts';
import { askFirst, type Waiting, withoutExpectation } from './expect-continue.ts';
import type { Attempt, BodyObserver, FailedOver, ForwarderEvents } from './forwarder.ts';
import { passBody } from './pass-body.ts';

const CARRIED = Symbol('carried');

type Outgoing = ClientRequest & { [CARRIED]?: CarriedRequest };
type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => unknown;

/** One request. */
export class CarriedRequest implements Attempt {
  #request: IncomingMessage;
  #response: ServerResponse;
  #events: ForwarderEvents;
  #outgoing: ClientRequest | undefined;
  #gaveUp: Error | undefined;
  #waiting: Waiting | undefined;
  #state: 'sent' | 'answered' | 'failed' = 'sent';
  /** Its connection is still to come about. */
  #connecting = false;
  /** As they came, where the client waits for `100 Continue`. */
  #expecting: IncomingMessage['headers'] | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, events: ForwarderEvents) {
    this.#request = request;
    this.#response = response;
    this.#events = events;
    if (request.headers.expect === undefined) return;
    // The middleware would not show us a request with this header; it is added later.
    this.#expecting = request.headers;
    request.headers = withoutExpectation(request.headers);
  }

  /** Has the middleware send it, unless it was given up before. */
  sendThrough(middleware: Middleware): void {
    if (this.#gaveUp === undefined) void middleware(this.#request, this.#response, this.#next);
    else this.failed(this.#gaveUp);
  }

  requested(outgoing: Outgoing): void {
    this.#outgoing = outgoing;
    outgoing[CARRIED] = this;
    outgoing.once('upgrade', refuseSwitch);
    outgoing.on('information', passInformation);
    if (outgoing.socket?.connecting) this.#connect(outgoing, outgoing.socket);
    if (this.#gaveUp !== undefined) outgoing.destroy(this.#gaveUp);
    else if (this.#expecting !== undefined) this.#waiting = askFirst(outgoing, this.#response);
  }

  informed({ statusCode, headers }: InformationEvent): void {
    if (statusCode === 103 && this.#state === 'sent') this.#events.onHints(headers.link);
  }

  answered(answer: IncomingMessage): void {
    if (this.#state !== 'sent' || this.#gaveUp !== undefined) return;
    this.#state = 'answered';
    this.#waiting?.end();
    let observer: BodyObserver | undefined;
    try {
      observer = this.#events.onHead(answer);
    } catch (error) {
      this.#state = 'failed';
      // The middleware is about to tie the client's answer to this one.
      queueMicrotask(() => this.#dropAnswer(answer, error as Error));
      return;
    }
    passBody(answer, this.#response, observer);
  }

  failed(error: Error): void {
    // Of an attempt before, given up: the middleware tells it when the next one is under way.
    if (error instanceof KitError && error !== this.#gaveUp) return;
    this.#waiting?.end();
    if (this.#state === 'answered') this.#events.onCut(error);
    else if (this.#state === 'sent') {
      this.#state = 'failed';
      if (this.#expecting !== undefined) this.#request.headers = this.#expecting;
      this.#events.onFailure(this.#gaveUp ?? error, this.#over());
    }
  }

  giveUp(error: Error): void {
    this.#gaveUp = error;
    this.#outgoing?.destroy(error);
  }

  #dropAnswer(answer: IncomingMessage, error: Error): void {
    answer.removeAllListeners('close').removeAllListeners('error');
    this.#outgoing?.destroy(forwardingErrors.error('UPSTREAM_FAILED', { reason: error.message }));
    this.#events.onFailure(error, 'new');
  }

  #over(): FailedOver {
    if (this.#gaveUp !== undefined) return 'new';
    if (this.#connecting) return 'none';
    return this.#outgoing?.reusedSocket === true ? 'kept' : 'new';
  }

  #connect(outgoing: ClientRequest, socket: Socket): void {
    this.#connecting = true;
    const letBodyGo = holdBody(this.#request, outgoing);
    followConnecting(outgoing, socket, () => {
      this.#connecting = false;
      letBodyGo();
    });
  }

  #next = (error: unknown): void => {
    if (error instanceof Error) this.failed(error);
  };
}

/** One function for all requests. */
function passInformation(this: Outgoing, information: InformationEvent): void {
  this[CARRIED]?.informed(information);
}

/** An upstream that changes the protocol though nobody asked: without this its request would stay open for ever. */
function refuseSwitch(this: Outgoing, _answer: IncomingMessage, socket: Socket): void {
  socket.destroy();
  this[CARRIED]?.failed(new Error('The upstream changed the protocol unasked.'));
}
