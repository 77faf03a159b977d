/**
 * A forwarder over undici's dispatcher: what it reads from the upstream's socket is written to the client as it
 * comes, with no stream or promise between. Upgrades, and requests that wait for `100 Continue`, are carried by
 * http-proxy-middleware. Headers must be cleaned before; of those that frame a body only the lengths are taken.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';

import type { Attempt, BodyObserver, Forwarder, ForwarderEvents } from './forwarder.ts';
import { createHttpProxy } from './http-proxy.ts';
import { type Headers, hasBody } from './request-headers.ts';
import {
  type Connection,
  type Connections,
  createConnections,
  type ExchangeControl,
  type ExchangeHandler,
} from './undici-connections.ts';

const CARRIED = Symbol('carried');
/** Of a stream that counts bytes undici would announce the length, once all of it is there. */
const COUNTED_IN_CHUNKS = { readableObjectMode: true, readableHighWaterMark: 1 };

const SHORT = 8_192;

type Carrier = ServerResponse & { [CARRIED]?: Carried };

/** Makes a forwarder to `target` (scheme, host, port and perhaps a path to put in front). */
export function createUndiciForwarder(target: string): Forwarder {
  const { origin, pathname } = new URL(target);
  const prefix = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  const connections = createConnections(origin);
  let proxy: Forwarder | undefined;
  const httpProxy = () => {
    proxy ??= createHttpProxy(target);
    return proxy;
  };
  return {
    send(request, response, events) {
      if (request.headers.expect !== undefined) return httpProxy().send(request, response, events);
      const carried = new Carried(response, events, connections);
      carried.start(request, prefix + request.url);
      return carried;
    },
    upgrade: (request, socket, head, onError) => httpProxy().upgrade(request, socket, head, onError),
    close() {
      connections.close();
      proxy?.close();
    },
  };
}

/** One request on its way: undici tells it what comes, the flow may give it up. */
class Carried implements Attempt, ExchangeHandler {
  #response: Carrier;
  #events: ForwarderEvents;
  #connections: Connections;
  #connection: Connection;
  #observer: BodyObserver | undefined;
  #state: 'queued' | 'sent' | 'answered' | 'ended' = 'queued';
  /** Bytes of the answer's body still to come; NaN when it was not announced. */
  #missing = Number.NaN;
  /** The last chunk of an announced length: written together with the end. */
  #last: Buffer | undefined;

  constructor(response: ServerResponse, events: ForwarderEvents, connections: Connections) {
    this.#response = response;
    this.#events = events;
    this.#connections = connections;
    this.#connection = connections.take();
  }

  start(request: IncomingMessage, path: string): void {
    const { headers } = request;
    const method = request.method as 'GET';
    this.#response[CARRIED] = this;
    this.#response.on('close', onClientClose);
    if (!hasBody(headers)) this.#connection.client.dispatch({ path, method, headers }, this);
    else {
      const body = bodyOf(request, () => this.leave());
      this.#connection.client.dispatch({ path, method, headers: withoutChunking(headers), body }, this);
    }
  }

  giveUp(error: Error): void {
    this.#break(error, false);
  }

  /** The client went away: nobody waits for the answer. */
  leave(): void {
    if (this.#state !== 'ended') this.#discard();
  }

  onRequestStart(): void {
    if (this.#state === 'queued') this.#state = 'sent';
  }

  onResponseStart(control: ExchangeControl, statusCode: number, headers: Headers, reason?: string): void {
    // What comes before the answer itself (1xx) is not passed on.
    if (statusCode < 200 || this.#state !== 'sent') return;
    this.#missing = Number(headers['content-length']);
    const rawHeaders = textsOf(control.rawHeaders as Buffer[]);
    this.#observer = this.#events.onHead({ statusCode, statusMessage: bytesOf(reason), rawHeaders, headers });
    this.#state = 'answered';
  }

  onResponseData(control: ExchangeControl, chunk: Buffer): void {
    if (this.#state !== 'answered') return;
    this.#observer?.chunk(chunk);
    this.#missing -= chunk.length;
    if (this.#missing === 0) this.#last = chunk;
    else if (!this.#response.write(chunk)) {
      control.pause();
      this.#response.once('drain', () => control.resume());
    }
  }

  onResponseEnd(): void {
    if (this.#state !== 'answered') return;
    this.#state = 'ended';
    this.#observer?.end();
    this.#response.off('close', onClientClose);
    endWith(this.#response, this.#last);
    this.#connections.release(this.#connection);
  }

  onResponseError(control: ExchangeControl | null | undefined, error: Error): void {
    if (control) this.#break(error, this.#connection.served);
    // It may be told while the request is still being handed over.
    else queueMicrotask(() => this.#break(error, false));
  }

  #break(error: Error, reused: boolean): void {
    const answered = this.#state === 'answered';
    if (this.#state === 'ended') return;
    this.#discard();
    if (answered) {
      this.#events.onCut(error);
      this.#response.destroy();
    } else this.#events.onFailure(error, reused);
  }

  #discard(): void {
    this.#state = 'ended';
    this.#response.off('close', onClientClose);
    this.#connections.discard(this.#connection);
  }
}

/** What is short goes out as text with the head, one character a byte, in one write without a list of buffers. */
function endWith(response: ServerResponse, last: Buffer | undefined): void {
  if (last === undefined || last.length > SHORT) response.end(last);
  else response.end(last.toString('latin1'), 'latin1');
}

/** One function for all answers. */
function onClientClose(this: Carrier): void {
  this[CARRIED]?.leave();
}

/**
 * The request's body as a stream that undici may destroy: an answer before its end would take the client's
 * connection along otherwise. What nobody takes any more is read and dropped, so that the client sees its answer.
 */
function bodyOf(request: IncomingMessage, onAbort: () => void): PassThrough {
  const chunked = request.headers['transfer-encoding'] !== undefined;
  const body = new PassThrough(chunked ? COUNTED_IN_CHUNKS : undefined);
  request.pipe(body);
  request.once('error', onAbort);
  body.once('close', () => {
    request.unpipe(body);
    request.resume();
  });
  return body;
}

/** undici chunks by itself what has no length, and refuses to be told so. */
function withoutChunking(headers: Headers): Headers {
  if (headers['transfer-encoding'] === undefined) return headers;
  return { ...headers, 'transfer-encoding': undefined };
}

function textsOf(raw: readonly Buffer[]): string[] {
  const texts: string[] = new Array(raw.length);
  for (let index = 0; index < raw.length; index += 1) texts[index] = raw[index]!.toString('latin1');
  return texts;
}

/** undici reads the reason as UTF-8; in a head every character stands for one byte. */
function bytesOf(reason: string | undefined): string | undefined {
  if (reason === undefined) return undefined;
  for (let index = 0; index < reason.length; index += 1) {
    if (reason.charCodeAt(index) > 0x7f) return Buffer.from(reason).toString('latin1');
  }
  return reason;
}
