/**
 * Toggles in Redis, shared by facades. A change, its revision check and its entry of the audit are one script; a message
 * tells the other facades, and they look again now and then in case it was lost.
 */
import type { Redis } from '../../chassis/redis.ts';
import { BEGINNING } from '../audit/chain.ts';
import type { AuditEntry, ChainHead } from '../audit/entry.ts';
import { readChain, readHistory } from '../audit/redis-chain.ts';
import { createRedisToggleWriter } from './redis-toggle-writer.ts';
import type { FileBase, Toggle, ToggleStore } from './toggle-store.ts';

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

/** KEYS bases; ARGV route, stage, percent, at. Answers what stands now, and what stood before if it changed. */
const NOTE_BASE = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  local base = cjson.decode(known)
  if base.stage == ARGV[2] and (ARGV[2] ~= 'canary' or base.percent == tonumber(ARGV[3])) then return {known} end
end
local fresh = cjson.encode({stage = ARGV[2], percent = tonumber(ARGV[3]), at = tonumber(ARGV[4])})
redis.call('HSET', KEYS[1], ARGV[1], fresh)
return {fresh, known or nil}`;

/** Makes the store on connections that the caller closes. */
export function createRedisToggleStore({
  redis,
  subscriber,
  prefix,
  interval = 1_000,
  after = BEGINNING,
  onEntry = () => {},
}: RedisToggleStoreOptions): ToggleStore {
  const keys = {
    toggles: `${prefix}:toggles`,
    bases: `${prefix}:toggles:file`,
    chain: `${prefix}:audit`,
    index: (route: string) => `${prefix}:audit:route:${route}`,
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

  const writer = createRedisToggleWriter({ redis, keys, after, onEntry });
  const setMany: ToggleStore['setMany'] = writer.write;

  return {
    async all() {
      const stored = await redis.hgetall(keys.toggles);
      return new Map(Object.entries(stored).map(([route, text]) => [route, JSON.parse(text) as Toggle]));
    },
    setMany,
    set: (toggle, expected, entry) => setMany([{ toggle, expected, entry }]),
    history: (route, limit) => readHistory(redis, { chain: keys.chain, index: keys.index(route) }, limit),
    append: async (entry) => void (await writer.write([{ entry }])),
    async audit(sequence, limit) {
      const page = await readChain(redis, keys.chain, sequence, limit);
      writer.saw(page.head);
      return page;
    },
    async noteBase(route, { stage, percent }, at) {
      const answer = await redis.eval(NOTE_BASE, 1, keys.bases, route, stage, String(percent), String(at));
      const [base, previous] = answer as [string, string | undefined];
      return {
        base: JSON.parse(base) as FileBase,
        previous: previous ? (JSON.parse(previous) as FileBase) : undefined,
      };
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
