/**
 * One upgrade on its way through http-proxy-middleware. The middleware sends it and hands the answer over; writing
 * the answer is ours, by the rules of any other. It has no setting for that: its listeners are taken away.
 */
import { type ClientRequest, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { followConnecting } from './connecting.ts';
import { endAndForget } from './end-and-forget.ts';
import type { UpgradeEvents } from './forwarder.ts';
import { passBody } from './pass-body.ts';
import { openingHeaders, opensWebSocket, reasonOf } from './upgrade-answer.ts';

/** One upgrade. */
export class CarriedUpgrade {
  #request: IncomingMessage;
  #client: Socket;
  #events: UpgradeEvents;
  #answered = false;
  /** Its connection is there. */
  #connected = false;

  constructor(request: IncomingMessage, client: Socket, events: UpgradeEvents) {
    this.#request = request;
    this.#client = client;
    this.#events = events;
  }

  requested(outgoing: ClientRequest): void {
    const left = () => void outgoing.destroy();
    if (this.#client.destroyed) left();
    else this.#client.once('close', left);
    outgoing.once('socket', (socket) => {
      followConnecting(outgoing, socket, () => {
        this.#connected = true;
      });
    });
    // The middleware adds its listeners when this has returned.
    queueMicrotask(() => {
      for (const event of ['response', 'upgrade', 'error']) outgoing.removeAllListeners(event);
      outgoing.on('error', (error) => this.failed(error));
      outgoing.once('response', (answer) => this.#refused(answer));
      outgoing.once('upgrade', (answer, upstream, head) => {
        this.#client.off('close', left);
        this.#switched(answer, upstream as Socket, head);
      });
    });
  }

  /** No answer is to be had. */
  failed(error: Error): void {
    if (!this.#answered) this.#events.onFailure(error, this.#connected ? 'new' : 'none');
  }

  #refused(answer: IncomingMessage): void {
    const { statusCode = 0 } = answer;
    const response = this.#write(statusCode, answer, this.#events.headersOf(answer));
    if (response === undefined) {
      answer.destroy();
      return;
    }
    this.#events.onRefused(statusCode);
    answer.once('error', (error) => {
      this.#events.onFailure(error, 'new');
      this.#client.destroy();
    });
    passBody(answer, response, undefined);
    response.once('finish', () => endAndForget(this.#client));
  }

  #switched(answer: IncomingMessage, upstream: Socket, head: Buffer): void {
    // It ends or breaks without a word to the request that it came from.
    upstream.on('error', (error) => this.#events.onFailure(error, 'new'));
    const response = this.#write(101, answer, openingHeaders(this.#events.headersOf(answer)));
    if (response === undefined) {
      upstream.destroy();
      return;
    }
    response.end();
    response.detachSocket(this.#client);
    if (head.length > 0) upstream.unshift(head);
    this.#events.onOpen(upstream);
  }

  /** Writes a head to the client; undefined where it has an answer by now, or the head is none that can be written. */
  #write(status: number, answer: IncomingMessage, headers: string[]): ServerResponse | undefined {
    if (!this.#client.writable) return undefined;
    const response = new ServerResponse(this.#request);
    response.shouldKeepAlive = false;
    try {
      // Where Connection does not name the Upgrade, a 101 is an answer like any other to Node.
      if (status === 101 && !opensWebSocket(answer)) throw new Error('The upstream opened something else.');
      response.writeHead(status, reasonOf(answer), headers);
    } catch (error) {
      this.failed(error as Error);
      return undefined;
    }
    this.#answered = true;
    response.assignSocket(this.#client);
    // A server would tell it; this socket is the server's no more.
    this.#client.on('drain', () => response.emit('drain'));
    return response;
  }
}
