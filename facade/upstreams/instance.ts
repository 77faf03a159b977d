/** One instance of an upstream: where it is, its connections, and what is under way with it. */
import type { Forwarder } from '../forwarding/forwarder.ts';

/** One instance. */
export class Instance {
  readonly url: string;
  readonly forwarder: Forwarder;
  /** Exchanges under way. */
  inflight = 0;
  #left: (instance: Instance) => void;

  /** `left` is told of each exchange that ended. */
  constructor(url: string, forwarder: Forwarder, left: (instance: Instance) => void) {
    this.url = url;
    this.forwarder = forwarder;
    this.#left = left;
  }

  /** An exchange with it, begun by `inflight += 1`, has ended. */
  ended(): void {
    this.inflight -= 1;
    this.#left(this);
  }
}
