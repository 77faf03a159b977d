/**
 * Counts requests by key in windows that are longer than a timer can be: the library's own counter ends a window by a
 * timer, and one of more than 24 days would be over at once.
 */
import { RateLimiterRes } from 'rate-limiter-flexible';

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

  /** As the library's counters do: rejects with its result when the limit is exceeded. */
  async consume(key: string): Promise<RateLimiterRes> {
    const now = this.#now();
    this.#forgetEnded(now);
    const window = this.#windows.get(key) ?? { count: 0, until: now + this.#per };
    this.#windows.set(key, window);
    window.count += 1;
    const left = Math.max(0, this.#requests - window.count);
    const result = new RateLimiterRes(left, window.until - now, window.count, window.count === 1);
    if (window.count > this.#requests) throw result;
    return result;
  }

  #forgetEnded(now: number): void {
    for (const [key, { until }] of this.#windows) {
      if (until > now) return;
      this.#windows.delete(key);
    }
  }
}
