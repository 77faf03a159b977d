/** One upgrade on its way through http-proxy-middleware, between the middleware's events and ours. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
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
}

/** Called with the upstream's socket when its answer is on its way to the client. */
export function upgradeOpened(upstream: Opening): void {
  upstream[OPENING]?.opened(upstream);
}
