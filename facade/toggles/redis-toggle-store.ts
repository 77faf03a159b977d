/**
 * Toggles in Redis, shared by facades. A change, its revision check and its history are one script; a message
 * tells the other facades, and they look again now and then in case it was lost.
 */
import type { Redis } from '../../chassis/redis.ts';
import type { FileBase, HistoryEntry, Toggle, ToggleStore } from './toggle-store.ts';

/** What the store needs; `interval` (ms) between two looks without a message is 1,000 by default. */
export interface RedisToggleStoreOptions {
  redis: Redis;
  /** A connection of its own: it does nothing but listen. */
  subscriber: Redis;
  prefix: string;
  interval?: number;
}

/** Lines of history kept for each route. */
const HISTORY_KEPT = '1000';

/** KEYS toggles, a history for each change; ARGV history kept, channel, and route, expected revision, toggle, entry of each. */
const SET = `
for index = 2, #KEYS do
  local at = 4 * index - 5
  local current = redis.call('HGET', KEYS[1], ARGV[at])
  local revision = current and cjson.decode(current).revision or 0
  if revision ~= tonumber(ARGV[at + 1]) then return 0 end
end
for index = 2, #KEYS do
  local at = 4 * index - 5
  redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 2])
  redis.call('LPUSH', KEYS[index], ARGV[at + 3])
  redis.call('LTRIM', KEYS[index], 0, tonumber(ARGV[1]) - 1)
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`;

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
}: RedisToggleStoreOptions): ToggleStore {
  const keys = {
    toggles: `${prefix}:toggles`,
    bases: `${prefix}:toggles:file`,
    history: (route: string) => `${prefix}:toggles:history:${route}`,
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

  const setMany: ToggleStore['setMany'] = async (changes) => {
    const histories = changes.map(({ toggle }) => keys.history(toggle.route));
    const args = changes.flatMap(({ toggle, expected, entry }) => [
      ...[toggle.route, String(expected)],
      ...[JSON.stringify({ ...toggle, revision: expected + 1 }), JSON.stringify(entry)],
    ]);
    const names = [keys.toggles, ...histories];
    const done = await redis.eval(SET, names.length, ...names, HISTORY_KEPT, keys.channel, ...args);
    return done === 1 ? 'written' : 'conflict';
  };

  return {
    async all() {
      const stored = await redis.hgetall(keys.toggles);
      return new Map(Object.entries(stored).map(([route, text]) => [route, JSON.parse(text) as Toggle]));
    },
    setMany,
    set: (toggle, expected, entry) => setMany([{ toggle, expected, entry }]),
    async history(route, limit) {
      const lines = await redis.lrange(keys.history(route), 0, limit - 1);
      return lines.map((line) => JSON.parse(line) as HistoryEntry);
    },
    async append(entry) {
      const key = keys.history(entry.route);
      await redis
        .multi()
        .lpush(key, JSON.stringify(entry))
        .ltrim(key, 0, Number(HISTORY_KEPT) - 1)
        .exec();
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
