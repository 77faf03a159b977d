/**
 * Reference data of legacy, cached in Redis: cache-aside with one load for all who miss at once, here and in
 * other processes; a stale value serves while one loads and while loading fails; without Redis each process
 * keeps its own copy.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type Clock, systemClock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import type { Redis } from '../../chassis/redis.ts';
import { createLeasedStore, type LeasedStore, type Stored } from './leased-store.ts';
import { createSingleFlight } from './single-flight.ts';

/** What happened on a read, for metrics. */
export type CacheEvent = 'hit' | 'stale' | 'load' | 'load-failed' | 'bypass';

/** One set of reference data. */
export interface ReferenceData<T> {
  /** Raises what `load` raises when there is no value at all. */
  get(): Promise<T>;
  /** After this a value loaded earlier is never served again, by any process. */
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
  prefix: string;
  log: Logger;
  observe?: (name: string, event: CacheEvent) => void;
  clock?: Clock;
  random?: () => number;
}

/** Milliseconds without a question to Redis after it did not answer one. */
const BYPASS = 1_000;
/** Milliseconds between two looks for the value that another process loads. */
const POLL = 25;

/** Makes a cache. */
export function createReferenceCache(options: ReferenceCacheOptions): ReferenceCache {
  const { redis, prefix, clock = systemClock } = options;
  const store = createLeasedStore(redis, prefix);
  let awayUntil = 0;
  const reach: Reach = async (ask) => {
    if (clock.monotonic() < awayUntil) return AWAY;
    try {
      return await ask(store);
    } catch (error) {
      awayUntil = clock.monotonic() + BYPASS;
      options.log.warn('reference cache goes on without redis', { error: messageOf(error) });
      return AWAY;
    }
  };
  return { define: (definition) => createReferenceData(definition, reach, options) };
}

const AWAY = Symbol('Redis is away');

/** Asks the store, or answers AWAY without waiting while it is known to be away. */
type Reach = <T>(ask: (store: LeasedStore) => Promise<T>) => Promise<T | typeof AWAY>;

function createReferenceData<T>(
  definition: ReferenceDefinition<T>,
  reach: Reach,
  { observe = () => {}, clock = systemClock, random = Math.random }: ReferenceCacheOptions,
): ReferenceData<T> {
  const { name, version, schema, load, fresh = 60_000, stale = 3_600_000, lease = 3_000 } = definition;
  const key = `${name}:v${version}`;
  const flights = createSingleFlight();
  let own: { value: T; at: number } | undefined;
  let generation = 0;
  const note = (event: CacheEvent) => observe(name, event);

  const loaded = async (): Promise<T> => {
    const before = generation;
    note('load');
    const value = await load().catch((error) => {
      note('load-failed');
      throw error;
    });
    if (before === generation) own = { value, at: clock.monotonic() };
    return value;
  };
  const usable = (stored: Stored | undefined): { value: T; stale: boolean } | undefined => {
    const value = stored === undefined ? undefined : parsed(schema, stored.text);
    return value && { value: value.data, stale: stored!.stale };
  };
  const withoutRedis = async (): Promise<T> => {
    note('bypass');
    if (own && clock.monotonic() - own.at < fresh) return own.value;
    const last = own;
    return loaded().catch((error) => {
      if (last && clock.monotonic() - last.at < fresh + stale) return last.value;
      throw error;
    });
  };
  const loadUnderLease = async (token: string, present: { value: T } | undefined): Promise<T> => {
    try {
      const value = await loaded();
      const times = { fresh: Math.round(fresh * (0.9 + 0.2 * random())), stale };
      await reach((store) => store.fill(key, token, JSON.stringify(value), times));
      return value;
    } catch (error) {
      await reach((store) => store.release(key, token));
      if (present) return present.value;
      throw error;
    }
  };
  const read = async (): Promise<T> => {
    const giveUp = clock.monotonic() + lease;
    for (;;) {
      const stored = await reach((store) => store.read(key));
      if (stored === AWAY) return withoutRedis();
      const present = usable(stored);
      if (present && !present.stale) {
        note('hit');
        return present.value;
      }
      const token = randomUUID();
      const leased = await reach((store) => store.lease(key, token, lease));
      if (leased === AWAY) return withoutRedis();
      if (leased) return loadUnderLease(token, present);
      if (present) {
        note('stale');
        return present.value;
      }
      if (clock.monotonic() >= giveUp) return loaded();
      await clock.sleep(POLL);
    }
  };
  return {
    get: () => flights.run(key, read),
    async invalidate() {
      generation += 1;
      own = undefined;
      flights.forget(key);
      await reach((store) => store.invalidate(key));
    },
  };
}

function parsed<T>(schema: z.ZodType<T, unknown>, text: string): { data: T } | undefined {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? { data: result.data } : undefined;
  } catch {
    return undefined;
  }
}
