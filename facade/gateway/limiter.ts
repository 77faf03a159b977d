/**
 * The door to rate-limiter-flexible: counts requests by key, in memory or in a Redis that all facades share.
 * A window begins with a key's first request and lasts `per`; so at the border of two windows up to twice the
 * limit may pass within one `per`, never more.
 */
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible';
import { LONGEST_TIMER_MS } from '../../chassis/config/schema/quantities.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { Redis } from '../../chassis/redis.ts';
import { LongWindows } from './long-windows.ts';

/** One limit: `requests` in `per` milliseconds. */
export interface Limit {
  /** Names its counters in the store. */
  counter: string;
  requests: number;
  per: number;
}

/** What came of counting a request. `reset`: milliseconds until the window ends. */
export type Count =
  | { kind: 'within'; remaining: number; reset: number }
  | { kind: 'exceeded'; reset: number }
  | { kind: 'store-lost'; reason: string };

/** Counts requests; never rejects. */
export interface Limiter {
  count(limit: Limit, key: string): Promise<Count>;
}

interface Counter {
  consume(key: string): Promise<RateLimiterRes>;
}

/** How long a decision may wait for Redis, in milliseconds. */
const PATIENCE_MS = 250;
/** After Redis failed, so long it is not asked: each request would wait its whole patience again. */
const REST_MS = 1_000;

/** Counts in this process alone; `now` in milliseconds since the epoch. */
export function createMemoryLimiter(now: () => number = Date.now): Limiter {
  return createLimiter(({ counter, requests, per }) =>
    per > LONGEST_TIMER_MS
      ? longCounter(new LongWindows({ requests, per }, now))
      : new RateLimiterMemory({ keyPrefix: counter, points: requests, duration: per / 1_000 }),
  );
}

/** Rejects when the limit is exceeded, as the library's counters do. */
function longCounter(windows: LongWindows): Counter {
  return {
    async consume(key) {
      const { remaining, reset, exceeded } = windows.count(key);
      const result = new RateLimiterRes(remaining, reset);
      if (exceeded) throw result;
      return result;
    },
  };
}

/** Counts in Redis. The connection is the caller's and must fail fast (`commands`). */
export function createRedisLimiter(redis: Redis, prefix: string, monotonic: () => number): Limiter {
  const counting = createLimiter(({ counter, requests, per }) => {
    const limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `${prefix}:limit:${counter}`,
      points: requests,
      duration: per / 1_000,
      rejectIfRedisNotReady: true,
    });
    return new RLWrapperTimeouts({ limiter, timeoutMs: PATIENCE_MS });
  });
  let restUntil = Number.NEGATIVE_INFINITY;
  return {
    async count(limit, key) {
      if (monotonic() < restUntil) return { kind: 'store-lost', reason: 'it failed just now' };
      const count = await counting.count(limit, key);
      if (count.kind === 'store-lost') restUntil = monotonic() + REST_MS;
      return count;
    },
  };
}

/** Counters outlive an edit of the config that does not touch them. */
function createLimiter(create: (limit: Limit) => Counter): Limiter {
  const counters = new Map<string, Counter>();
  return {
    async count(limit, key) {
      let counter = counters.get(limit.counter);
      if (counter === undefined) {
        counter = create(limit);
        counters.set(limit.counter, counter);
      }
      try {
        const { remainingPoints, msBeforeNext } = await counter.consume(key);
        return { kind: 'within', remaining: remainingPoints, reset: msBeforeNext };
      } catch (error) {
        // Both the limit and a failure arrive as a rejection.
        if (error instanceof RateLimiterRes) return { kind: 'exceeded', reset: error.msBeforeNext };
        return { kind: 'store-lost', reason: messageOf(error) };
      }
    },
  };
}
