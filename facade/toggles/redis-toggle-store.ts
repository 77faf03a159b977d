/**
 * Toggles in Redis, shared by facades. A change, its revision check and its entry of the audit are one script; a message
 * tells the other facades, and they look again now and then in case it was lost.
 */
import type { Redis } from '../../chassis/redis.ts';
import { BEGINNING } from '../audit/chain.ts';
import type { AuditEntry, ChainHead } from '../audit/entry.ts';
import { readChain, readHistory } from '../audit/redis-chain.ts';
import { createRedisTransactions, type StoreKeys } from './redis-transaction.ts';
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
}

/** Makes the store on connections that the caller closes. */
export function createRedisToggleStore({
  redis,
  subscriber,
  prefix,
  interval = 1_000,
  after = BEGINNING,
  onEntry = () => {},
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

  const transactions = createRedisTransactions({ redis, keys, after, onEntry });
  const { change } = transactions;

  return {
    change,
    ...simpleChanges(change),
    async all() {
      const stored = await redis.hgetall(keys.toggles);
      return new Map(Object.entries(stored).map(([route, text]) => [route, JSON.parse(text) as Toggle]));
    },
    history: (route, limit) => readHistory(redis, { chain: keys.chain, index: keys.index(route) }, limit),
    async audit(sequence, limit) {
      const page = await readChain(redis, keys.chain, sequence, limit);
      transactions.saw(page.entries, page.head);
      return page;
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
