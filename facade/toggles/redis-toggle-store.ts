/**
 * Toggles in Redis, shared by facades. A change, its revision check and its entry of the audit are one script; a message
 * tells the other facades, and they look again now and then in case it was lost.
 */
import type { Redis } from '../../chassis/redis.ts';
import { BEGINNING } from '../audit/chain.ts';
import type { AuditEntry, ChainHead } from '../audit/entry.ts';
import { createKnownChain, type Missing, RECENT } from '../audit/known-chain.ts';
import { readChain, readHistory } from '../audit/redis-chain.ts';
import type { StoreKeys } from './redis-stored.ts';
import { createRedisTransactions } from './redis-transaction.ts';
import { simpleChanges } from './set-plan.ts';
import type { Toggle, ToggleStore } from './toggle-store.ts';

/** What the store needs; `interval` (ms) between two looks without a message is 1,000 by default. */
export interface RedisToggleStoreOptions {
  redis: Redis;
  /** A connection of its own: it does nothing but listen. */
  subscriber: Redis;
  prefix: string;
  interval?: number;
  /** The head of the audit that was kept elsewhere: a chain that is not there goes on after it. */
  after?: ChainHead | undefined;
  /** Hears of each entry that this store has written. */
  onEntry?: (entry: AuditEntry) => void;
  /** Hears of what of the audit was lost, and given back. */
  onLoss?: (missing: Missing) => void;
}

/** Makes the store on connections that the caller closes. */
export function createRedisToggleStore({
  redis,
  subscriber,
  prefix,
  interval = 1_000,
  after = BEGINNING,
  onEntry = () => {},
  onLoss = () => {},
}: RedisToggleStoreOptions): ToggleStore {
  const keys: StoreKeys = {
    toggles: `${prefix}:toggles`,
    bases: `${prefix}:toggles:file`,
    chain: `${prefix}:audit`,
    index: (route) => `${prefix}:audit:route:${route}`,
    channel: `${prefix}:toggles:changed`,
  };
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const onMessage = (channel: string) => {
    if (channel === keys.channel) tell();
  };
  subscriber.on('message', onMessage);
  void subscriber.subscribe(keys.channel).catch(() => {});
  const timer = setInterval(tell, interval);
  timer.unref();

  const chain = createKnownChain(after);
  const { change, mend, saw } = createRedisTransactions({ redis, keys, chain, onEntry, onLoss });
  const read = async (sequence: number, limit: number) => {
    const page = await readChain(redis, keys.chain, sequence, limit);
    chain.saw(page.entries, page.head);
    saw(page.entries);
    return page;
  };
  let begun = false;
  /** The newest entries, which this process may have to give back. */
  const begin = async () => {
    const { head } = await readChain(redis, keys.chain, 0, 1);
    await read(Math.max(0, head.sequence - RECENT), RECENT);
    begun = true;
  };

  return {
    change,
    ...simpleChanges(change),
    async all() {
      const stored = await redis.hgetall(keys.toggles);
      return new Map(Object.entries(stored).map(([route, text]) => [route, JSON.parse(text) as Toggle]));
    },
    history: (route, limit) => readHistory(redis, { chain: keys.chain, index: keys.index(route) }, limit),
    async audit(sequence, limit) {
      if (!begun) await begin();
      const page = await read(sequence, limit);
      if (page.head.sequence >= chain.head().sequence) return page;
      await mend();
      return read(sequence, limit);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(timer);
      subscriber.off('message', onMessage);
      listeners.clear();
    },
  };
}
