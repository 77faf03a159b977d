/**
 * Counts requests by key in windows that are longer than a timer can be: the library's own counter ends a window by a
 * timer, and one of more than 24 days would be over at once.
 */

/** What came of counting a request. */
export interface Counted {
  remaining: number;
  /** Milliseconds until the window ends. */
  reset: number;
  exceeded: boolean;
}

interface Window {
  count: number;
  /** Milliseconds since the epoch. */
  until: number;
}

/** The windows of one limit: `requests` in `per` milliseconds. */
export class LongWindows {
  #requests: number;
  #per: number;
  #now: () => number;
  /** In the order of their ends. */
  #windows = new Map<string, Window>();

  constructor({ requests, per }: { requests: number; per: number }, now: () => number) {
    this.#requests = requests;
    this.#per = per;
    this.#now = now;
  }

  count(key: string): Counted {
    const now = this.#now();
    this.#forgetEnded(now);
    const window = this.#windows.get(key) ?? { count: 0, until: now + this.#per };
    this.#windows.set(key, window);
    window.count += 1;
    const remaining = Math.max(0, this.#requests - window.count);
    return { remaining, reset: window.until - now, exceeded: window.count > this.#requests };
  }

  #forgetEnded(now: number): void {
    for (const [key, { until }] of this.#windows) {
      if (until > now) return;
      this.#windows.delete(key);
    }
  }
}
