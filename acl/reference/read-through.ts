/** One read of reference data: from Redis, else loaded under a lease, else what is at hand. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '../../chassis/clock.ts';
import { type Ask, AWAY } from './guarded-store.ts';
import type { OwnCopy } from './own-copy.ts';

/** What happened on a read, for metrics. */
export type CacheEvent = 'hit' | 'stale' | 'load' | 'load-failed' | 'bypass';

/** What a read needs to know; times in milliseconds. */
export interface ReferenceSource<T> {
  key: string;
  schema: z.ZodType<T, unknown>;
  load: () => Promise<T>;
  times: { fresh: number; stale: number; lease: number };
  ask: Ask;
  own: OwnCopy<T>;
  note: (event: CacheEvent) => void;
  clock: Clock;
  random: () => number;
}

/** Between two looks for the value that another process loads. */
const POLL = 25;

/** Reads; raises what `load` raises when there is no value at all. */
export async function readThrough<T>(source: ReferenceSource<T>): Promise<T> {
  const { key, ask, clock, note, times } = source;
  const giveUp = clock.monotonic() + times.lease;
  for (;;) {
    const stored = await ask((store) => store.read(key));
    if (stored === AWAY) return readOwn(source);
    const present = stored && parsed(source.schema, stored.text);
    if (present && !stored.stale) {
      note('hit');
      return present.value;
    }
    const token = randomUUID();
    const leased = await ask((store) => store.lease(key, token, times.lease));
    if (leased === AWAY) return readOwn(source);
    if (leased) return loadUnderLease(source, token, present);
    if (present) {
      note('stale');
      return present.value;
    }
    if (clock.monotonic() >= giveUp) return load(source);
    await clock.sleep(POLL);
  }
}

async function loadUnderLease<T>(
  source: ReferenceSource<T>,
  token: string,
  present: { value: T } | undefined,
): Promise<T> {
  const { key, ask, times, random } = source;
  try {
    const value = await load(source);
    const fresh = Math.round(times.fresh * (0.9 + 0.2 * random()));
    await ask((store) => store.fill(key, token, JSON.stringify(value), { fresh, stale: times.stale }));
    return value;
  } catch (error) {
    await ask((store) => store.release(key, token));
    if (present) return present.value;
    throw error;
  }
}

async function readOwn<T>(source: ReferenceSource<T>): Promise<T> {
  const { own, times, clock, note } = source;
  note('bypass');
  const fresh = own.youngerThan(times.fresh, clock.monotonic());
  if (fresh) return fresh.value;
  try {
    return await load(source);
  } catch (error) {
    const stale = own.youngerThan(times.fresh + times.stale, clock.monotonic());
    if (stale) return stale.value;
    throw error;
  }
}

async function load<T>({ load, own, clock, note }: ReferenceSource<T>): Promise<T> {
  const mark = own.mark();
  note('load');
  try {
    const value = await load();
    own.keep(value, clock.monotonic(), mark);
    return value;
  } catch (error) {
    note('load-failed');
    throw error;
  }
}

function parsed<T>(schema: z.ZodType<T, unknown>, text: string): { value: T } | undefined {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? { value: result.data } : undefined;
  } catch {
    return undefined;
  }
}
