/** Tells whether the clients that wait do so for their upstream, and not for this process: its event loop is idle meanwhile. */

/** What it looks at; times in milliseconds. */
export interface Loop {
  now: () => number;
  /** For how long the event loop had nothing to do so far. */
  idle: () => number;
  /** Runs it some milliseconds later. */
  later: (run: () => void, ms: number) => unknown;
}

/** Where clients have waited for this long without a pause, in milliseconds, their upstream may be slow. */
const SLOW_MS = 5;
/** For how long a look lasts, and for how long what was seen is true. */
const LOOK_MS = 1;
/** The part of the time that an event loop is idle whose clients wait for an upstream. */
const AIR = 0.5;

/** Looks at the event loop, one look at a time. */
export class UpstreamWait {
  readonly #loop: Loop;
  #looking = false;
  /** When no client waited last. */
  #noneAt = Number.NEGATIVE_INFINITY;
  #seenUntil = Number.NEGATIVE_INFINITY;

  constructor(loop: Loop) {
    this.#loop = loop;
  }

  /** No client waits at this moment. */
  noneWaits(): void {
    this.#noneAt = this.#loop.now();
  }

  /** Whether it was seen a moment ago. */
  wasSeen(now: number): boolean {
    return now < this.#seenUntil;
  }

  /** Looks, and says when it has; nothing where a look is under way. */
  look(ended: () => void): void {
    if (this.#looking) return;
    const { now, idle, later } = this.#loop;
    const [at, before] = [now(), idle()];
    this.#looking = true;
    later(() => {
      this.#looking = false;
      this.#see(at, before);
      ended();
    }, LOOK_MS);
  }

  /** A look that is late was stopped together with all else, and clients wait behind it. */
  #see(at: number, before: number): void {
    const now = this.#loop.now();
    if (now - at > 2 * LOOK_MS || now - this.#noneAt < SLOW_MS) return;
    if (this.#loop.idle() - before >= (now - at) * AIR) this.#seenUntil = now + LOOK_MS;
  }
}
