/**
 * One request carried over undici's dispatcher: what it reads from the upstream's socket is written to the client
 * as it comes, with no stream or promise between.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Attempt, BodyObserver, FailedOver, ForwarderEvents } from './forwarder.ts';
import { type Headers, hasBody } from './request-headers.ts';
import { atTurnEnd } from './turn-end.ts';
import {
  type Connection,
  type Connections,
  type ExchangeControl,
  type ExchangeHandler,
  type ExchangeOptions,
  SAME_SERVER,
} from './undici-connections.ts';
import { bytesOf, textsOf } from './undici-head.ts';
import { RequestBody, withoutChunking } from './undici-request-body.ts';

const CARRIED = Symbol('carried');
/** Bytes of a last chunk up to which it is cheaper as text. */
const SHORT = 8_192;
/** undici would not even try to send the request. */
const UNFIT = 'UND_ERR_INVALID_ARG';

type Carrier = ServerResponse & { [CARRIED]?: Carried };
type Coded = Error & { code?: string };

/** One request on its way: undici tells it what comes, the flow may give it up. */
export class Carried implements Attempt, ExchangeHandler {
  #response: Carrier;
  #events: ForwarderEvents;
  #connections: Connections;
  #connection: Connection;
  #body: RequestBody | undefined;
  #observer: BodyObserver | undefined;
  #state: 'queued' | 'sent' | 'answered' | 'ended' = 'queued';
  /** Bytes of the answer's body still to come; NaN when it was not announced. */
  #missing = Number.NaN;
  /** The last chunk of an announced length: written together with the end. */
  #last: Buffer | undefined;

  constructor(response: ServerResponse, events: ForwarderEvents, connections: Connections, fresh: boolean) {
    this.#response = response;
    this.#events = events;
    this.#connections = connections;
    this.#connection = connections.take(fresh);
  }

  start(request: IncomingMessage, path: string): void {
    const { headers } = request;
    const method = request.method as 'GET';
    this.#response[CARRIED] = this;
    this.#response.on('close', onClientClose);
    const sent: ExchangeOptions = { path, method, headers, servername: SAME_SERVER };
    if (hasBody(headers)) {
      this.#body = new RequestBody(request, () => this.leave());
      sent.headers = withoutChunking(headers);
      sent.body = this.#body;
    }
    this.#connection.client.dispatch(sent, this);
  }

  giveUp(error: Error): void {
    this.#break(error, 'new');
  }

  /** The client went away: nobody waits for the answer. */
  leave(): void {
    if (this.#state !== 'ended') this.#discard();
  }

  onRequestStart(): void {
    if (this.#state !== 'queued') return;
    this.#state = 'sent';
    this.#body?.begin();
  }

  onResponseStart(control: ExchangeControl, statusCode: number, headers: Headers, reason?: string): void {
    if (this.#state !== 'sent') return;
    if (statusCode === 103) this.#events.onHints(headers.link);
    if (statusCode >= 100 && statusCode < 200) return;
    this.#missing = Number(headers['content-length']);
    const rawHeaders = textsOf(control.rawHeaders as Buffer[]);
    try {
      this.#observer = this.#events.onHead({
        statusCode,
        statusMessage: bytesOf(reason),
        rawHeaders,
        headers,
      });
      this.#state = 'answered';
    } catch (error) {
      this.#break(error as Error, 'new');
    }
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
    atTurnEnd(this.#response, () => endWith(this.#response, this.#last));
    this.#connections.release(this.#connection);
  }

  onResponseError(control: ExchangeControl | null | undefined, error: Error): void {
    if (control) this.#break(error, this.#connection.served ? 'kept' : 'new');
    // It may be told while the request is still being handed over.
    else queueMicrotask(() => this.#break(error, (error as Coded).code === UNFIT ? 'new' : 'none'));
  }

  #break(error: Error, over: FailedOver): void {
    const answered = this.#state === 'answered';
    if (this.#state === 'ended') return;
    this.#discard();
    if (answered) {
      this.#events.onCut(error);
      this.#response.destroy();
    } else this.#events.onFailure(error, over);
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
