/**
 * The door to http-proxy-middleware: a forwarder with its own connections for each upstream instance. The
 * middleware sends the request and hands the answer over (`selfHandleResponse`); writing the answer is ours,
 * so that headers keep their order and case and nothing of one connection leaks into the other. Its
 * `forward`, `responseInterceptor`, `pathFilter` and `ws: true` are not used: they let one side hurt the
 * other (docs/decisions). Headers must be cleaned before: a `Trailer` on a GET would end the process.
 */
import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { KitError } from '../../chassis/errors.ts';
import { serverNameOf } from '../../chassis/http/origin-connector.ts';
import { CarriedUpgrade, upgradeOpened } from './carried-upgrade.ts';
import { forwardingErrors } from './errors.ts';
import { askFirst, type Waiting, withoutExpectation } from './expect-continue.ts';
import type { Attempt, BodyObserver, Forwarder, ForwarderEvents } from './forwarder.ts';
import { createOriginAgent } from './origin-agent.ts';
import { passBody } from './pass-body.ts';

const CARRIED = Symbol('carried');

type Carrier = IncomingMessage & { [CARRIED]?: Carried | CarriedUpgrade };
type Outgoing = ClientRequest & { [CARRIED]?: Carried };

/** Makes a forwarder to `target` (scheme, host, port and perhaps a path to put in front). */
export function createHttpProxy(target: string): Forwarder {
  const url = new URL(target);
  const agent = createOriginAgent({
    secure: url.protocol === 'https:',
    servername: serverNameOf(url.hostname),
  });
  const middleware = createProxyMiddleware({
    target: url,
    agent,
    selfHandleResponse: true,
    // How long an upstream has is for others to say.
    upgradeTimeout: 0,
    ejectPlugins: true,
    plugins: [passEvents],
  });
  return {
    send(request, response, events) {
      const carried = new Carried(response, events, request.headers.expect !== undefined);
      // The middleware would not show us a request with this header; it is added later.
      if (carried.expects) request.headers = withoutExpectation(request.headers);
      (request as Carrier)[CARRIED] = carried;
      void middleware(request, response, carried.next);
      return carried;
    },
    upgrade(request, socket, head, events) {
      (request as Carrier)[CARRIED] = new CarriedUpgrade(socket, events);
      middleware.upgrade(request, socket, head);
    },
    close: () => agent.destroy(),
  };
}

/** One request on its way, between the middleware's events and ours. */
class Carried implements Attempt {
  #response: ServerResponse;
  #events: ForwarderEvents;
  #outgoing: ClientRequest | undefined;
  #gaveUp: Error | undefined;
  #waiting: Waiting | undefined;
  #state: 'sent' | 'answered' | 'failed' = 'sent';
  /** The client waits for `100 Continue`. */
  readonly expects: boolean;

  constructor(response: ServerResponse, events: ForwarderEvents, expects: boolean) {
    this.#response = response;
    this.#events = events;
    this.expects = expects;
  }

  requested(outgoing: Outgoing): void {
    this.#outgoing = outgoing;
    outgoing[CARRIED] = this;
    outgoing.once('upgrade', refuseSwitch);
    outgoing.on('information', passInformation);
    if (this.#gaveUp !== undefined) outgoing.destroy(this.#gaveUp);
    else if (this.expects) this.#waiting = askFirst(outgoing, this.#response);
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

  #dropAnswer(answer: IncomingMessage, error: Error): void {
    answer.removeAllListeners('close').removeAllListeners('error');
    this.#outgoing?.destroy(forwardingErrors.error('UPSTREAM_FAILED', { reason: error.message }));
    this.#events.onFailure(error, false);
  }

  failed(error: Error): void {
    // Of an attempt before, given up: the middleware tells it when the next one is under way.
    if (error instanceof KitError && error !== this.#gaveUp) return;
    this.#waiting?.end();
    if (this.#state === 'answered') this.#events.onCut(error);
    else if (this.#state === 'sent') {
      this.#state = 'failed';
      const reused = this.#gaveUp === undefined && this.#outgoing?.reusedSocket === true;
      this.#events.onFailure(this.#gaveUp ?? error, reused);
    }
  }

  giveUp(error: Error): void {
    this.#gaveUp = error;
    this.#outgoing?.destroy(error);
  }

  next = (error: unknown): void => {
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

/** Only the members used here of the middleware's inner proxy server. */
interface ProxyEmitter {
  // biome-ignore lint/suspicious/noExplicitAny: one signature for events with different arguments.
  on(event: any, listener: (...args: any[]) => void): unknown;
}

function passEvents(server: ProxyEmitter): void {
  server.on('proxyReq', (outgoing: ClientRequest, request: Carrier) =>
    carriedOf(request)?.requested(outgoing),
  );
  server.on('proxyRes', (answer: IncomingMessage, request: Carrier) => carriedOf(request)?.answered(answer));
  server.on('error', (error: Error, request: Carrier) => request[CARRIED]?.failed(error));
  // The client went away first: there is nobody to answer.
  server.on('econnreset', () => {});
  server.on('proxyReqWs', (outgoing: ClientRequest, request: Carrier) => {
    const carried = request[CARRIED];
    if (carried instanceof CarriedUpgrade) carried.requested(outgoing);
  });
  server.on('open', upgradeOpened);
}

function carriedOf(request: Carrier): Carried | undefined {
  const carried = request[CARRIED];
  return carried instanceof Carried ? carried : undefined;
}
