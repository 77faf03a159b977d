/** One upgrade on its way through http-proxy-middleware, between the middleware's events and ours. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { followConnecting } from './connecting.ts';
import type { UpgradeEvents } from './forwarder.ts';
import { cleanUpgrade } from './upgrade-answer.ts';

const OPENING = Symbol('opening');

/** A socket of which the upstream made a WebSocket. */
type Opening = Socket & { [OPENING]?: CarriedUpgrade };

/** One upgrade. */
export class CarriedUpgrade {
  #client: Socket;
  #events: UpgradeEvents;

  constructor(client: Socket, events: UpgradeEvents) {
    this.#client = client;
    this.#events = events;
  }

  requested(outgoing: ClientRequest): void {
    const left = () => void outgoing.destroy();
    if (this.#client.destroyed) left();
    else this.#client.once('close', left);
    outgoing.once('socket', (socket) => this.#follow(outgoing, socket));
    outgoing.once('response', ({ statusCode = 502 }: IncomingMessage) => this.#events.onRefused(statusCode));
    outgoing.prependOnceListener('upgrade', (answer: IncomingMessage, upstream: Opening) => {
      this.#client.off('close', left);
      upstream[OPENING] = this;
      cleanUpgrade(answer);
    });
  }

  opened(upstream: Socket): void {
    upstream.on('error', () => {});
    // The middleware has joined the two by pipes; how they are joined is not for the forwarder to say.
    upstream.unpipe(this.#client);
    this.#client.unpipe(upstream);
    this.#events.onOpen(upstream);
  }

  failed(error: Error): void {
    this.#events.onFailure(error, 'new');
  }

  /** Until the connection is there its errors are not the middleware's, which would end the client's socket. */
  #follow(outgoing: ClientRequest, socket: Socket): void {
    const theirs = outgoing.listeners('error') as (() => void)[];
    const failed = (error: Error) => this.#events.onFailure(error, 'none');
    outgoing.removeAllListeners('error').on('error', failed);
    followConnecting(outgoing, socket, () => {
      outgoing.off('error', failed);
      for (const listener of theirs) outgoing.on('error', listener);
    });
  }
}

/** Called with the upstream's socket when its answer is on its way to the client. */
export function upgradeOpened(upstream: Opening): void {
  upstream[OPENING]?.opened(upstream);
}
