/**
 * Reference data of legacy, cached in Redis: cache-aside with one load for all who miss at once, here and in
 * other processes; a stale value serves while one loads and while loading fails; without Redis each process
 * keeps its own copy.
 */
import type { z } from 'zod';
import { type Clock, systemClock } from '../../chassis/clock.ts';
import type { Logger } from '../../chassis/log.ts';
import type { Redis } from '../../chassis/redis.ts';
import { guardStore } from './guarded-store.ts';
import { createLeasedStore } from './leased-store.ts';
import { createOwnCopy } from './own-copy.ts';
import { type CacheEvent, readThrough } from './read-through.ts';
import { createSingleFlight } from './single-flight.ts';

/** One set of reference data. */
export interface ReferenceData<T> {
  /** Raises what `load` raises when there is no value at all. */
  get(): Promise<T>;
  /** After this a value loaded earlier is never served again, by any process. Rejects when Redis is away. */
  invalidate(): Promise<void>;
}

/** What one set of reference data is; times in milliseconds. */
export interface ReferenceDefinition<T> {
  name: string;
  /** Part of the key: raise it when the shape changes. */
  version: number;
  /** The shape; a stored value that does not fit counts as absent. Must take what `load` gives, as JSON. */
  schema: z.ZodType<T, unknown>;
  load: () => Promise<T>;
  /** Freshness, varied by a tenth either way so that entries do not expire together. 60,000 by default. */
  fresh?: number;
  /** How long after that it still serves when loading fails. 3,600,000 by default. */
  stale?: number;
  /** How long a load may take before another process may try. 3,000 by default. */
  lease?: number;
}

/** A process's cache of reference data. */
export interface ReferenceCache {
  define<T>(definition: ReferenceDefinition<T>): ReferenceData<T>;
}

/** What the cache is made of. */
export interface ReferenceCacheOptions {
  redis: Redis;
  /** Start of all keys. */
  prefix: string;
  log: Logger;
  observe?: (name: string, event: CacheEvent) => void;
  clock?: Clock;
  random?: () => number;
}

/** Makes a cache. */
export function createReferenceCache(options: ReferenceCacheOptions): ReferenceCache {
  const { redis, prefix, log, observe = () => {}, clock = systemClock, random = Math.random } = options;
  const store = createLeasedStore(redis, prefix);
  const ask = guardStore(store, { clock, log });
  return {
    define<T>({ name, version, schema, load, ...times }: ReferenceDefinition<T>): ReferenceData<T> {
      const { fresh = 60_000, stale = 3_600_000, lease = 3_000 } = times;
      const key = `${name}:v${version}`;
      const flights = createSingleFlight();
      const own = createOwnCopy<T>();
      const note = (event: CacheEvent) => observe(name, event);
      const source = { key, schema, load, times: { fresh, stale, lease }, ask, own, note, clock, random };
      return {
        get: () => flights.run(key, () => readThrough(source)),
        async invalidate() {
          own.drop();
          flights.forget(key);
          await store.invalidate(key);
        },
      };
    },
  };
}
