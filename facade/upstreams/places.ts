/**
 * A bulkhead on the clients' path: a bounded number of exchanges with one upstream at a time, and a bounded queue
 * before it. Who waits is told; nothing is allocated for those who need not wait.
 */
import { bulkheadErrors } from '../../chassis/http/bulkhead.ts';

/** Somebody who wants a place. */
export interface Waiter {
  /** It has one now, and gives it back by `leave`. */
  entered(): void;
  /** It gets none: UPSTREAM_BUSY. */
  refused(error: Error): void;
}

/** How many places there are; `queueTimeout` in milliseconds. */
export interface PlacesSettings {
  concurrency: number;
  queue: number;
  queueTimeout: number;
}

/** The places of one upstream. */
export class Places {
  #name: string;
  #settings: PlacesSettings;
  #active = 0;
  /** In the order of their coming. */
  #waiting = new Map<Waiter, NodeJS.Timeout>();

  constructor(name: string, settings: PlacesSettings) {
    this.#name = name;
    this.#settings = settings;
  }

  get active(): number {
    return this.#active;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  enter(waiter: Waiter): void {
    const { concurrency, queue, queueTimeout } = this.#settings;
    if (this.#active < concurrency) {
      this.#active += 1;
      waiter.entered();
    } else if (this.#waiting.size >= queue) waiter.refused(this.#busy());
    else
      this.#waiting.set(
        waiter,
        setTimeout(() => this.#giveUp(waiter), queueTimeout),
      );
  }

  /** Takes somebody who waits out of the queue; nothing, when it does not wait. */
  withdraw(waiter: Waiter): void {
    clearTimeout(this.#waiting.get(waiter));
    this.#waiting.delete(waiter);
  }

  /** A freed place goes to the first who waits, without being free in between. */
  leave(): void {
    for (const next of this.#waiting.keys()) {
      this.withdraw(next);
      next.entered();
      return;
    }
    this.#active -= 1;
  }

  #giveUp(waiter: Waiter): void {
    this.withdraw(waiter);
    waiter.refused(this.#busy());
  }

  #busy(): Error {
    return bulkheadErrors.error('UPSTREAM_BUSY', { name: this.#name, ...this.#settings });
  }
}
