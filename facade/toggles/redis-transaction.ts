/**
 * Changes in Redis: what stands there is read, the change is planned on it here, and one script writes all of it where
 * nothing of that was changed in between. Redis cannot hash, so the entries of the audit are linked here too.
 */
import type { Redis } from '../../chassis/redis.ts';
import { isRefusal } from '../../chassis/redis.ts';
import { follow, headOf, LOST } from '../audit/chain.ts';
import type { AuditEntry, ChainHead } from '../audit/entry.ts';
import { CHAIN_IN_LUA, headFromLua, standsAt } from '../audit/redis-chain.ts';
import {
  type FileBase,
  OutcomeUnknown,
  type Stored,
  type StoreWrite,
  type Toggle,
  type ToggleStore,
} from './toggle-store.ts';

/** The names of a store's keys, and of its channel. */
export interface StoreKeys {
  toggles: string;
  bases: string;
  chain: string;
  index: (route: string) => string;
  channel: string;
}

/** The changes of one store. */
export interface RedisTransactions {
  change: ToggleStore['change'];
  /** Tells of what was read of the chain. */
  saw(entries: readonly AuditEntry[], head: ChainHead): void;
}

/** What was read before a change. */
interface Read extends Stored {
  head: ChainHead;
  /** By the clock of Redis, in ms. */
  time: number;
  /** The bases as they are written there. */
  written: ReadonlyMap<string, string>;
}

/** How often a plan is made anew before giving up: each time somebody else's change went through. */
const MOST_TRIES = 1_000;
/**
 * How long after the reading a write counts, in ms. It is less than the client waits for an answer, so that a write
 * which was given up, and which a Redis that hangs gets to see later, does nothing any more.
 */
const VALID_FOR = 800;

/** KEYS toggles, bases, chain; ARGV the routes that count, or none for all. */
const READ = `${CHAIN_IN_LUA}
local function pairsOf(key)
  if #ARGV == 0 then return redis.call('HGETALL', key) end
  local found = {}
  for index, value in ipairs(redis.call('HMGET', key, unpack(ARGV))) do
    if value then
      found[#found + 1] = ARGV[index]
      found[#found + 1] = value
    end
  end
  return found
end
return {now(), head(KEYS[3]), pairsOf(KEYS[1]), pairsOf(KEYS[2])}`;

/**
 * KEYS toggles, bases, chain, the index of each entry; ARGV the time until which it counts, the channel, and as JSON: the
 * expected head, bases (route, as it was read, as it shall be), toggles (route, text), entries (place, hash, text).
 */
const WRITE = `${CHAIN_IN_LUA}
if now() > tonumber(ARGV[1]) then return 'late' end
local write = cjson.decode(ARGV[3])
local stored = head(KEYS[3])
if stored[1] ~= write.head[1] or stored[2] ~= write.head[2] then return 'changed' end
for _, base in ipairs(write.bases) do
  if (redis.call('HGET', KEYS[2], base[1]) or '') ~= base[2] then return 'changed' end
end
for _, base in ipairs(write.bases) do
  if base[3] ~= base[2] then redis.call('HSET', KEYS[2], base[1], base[3]) end
end
for _, toggle in ipairs(write.toggles) do redis.call('HSET', KEYS[1], toggle[1], toggle[2]) end
for index, entry in ipairs(write.entries) do append(KEYS[3], KEYS[3 + index], entry[1], entry[2], entry[3]) end
redis.call('PUBLISH', ARGV[2], '')
return 'written'`;

/** Makes them; `after` and `onEntry` as in the store's options. */
export function createRedisTransactions({
  redis,
  keys,
  after,
  onEntry,
}: {
  redis: Redis;
  keys: StoreKeys;
  after: ChainHead;
  onEntry: (entry: AuditEntry) => void;
}): RedisTransactions {
  let known = after;
  /** Entries of writes of which nobody knows what became. */
  const unsettled = new Set<string>();
  const commit = async (read: Read, planned: StoreWrite): Promise<'written' | 'again'> => {
    const entries: AuditEntry[] =
      planned.entries.length === 0 ? [] : follow(read.head, known, planned.entries);
    const until = read.time + VALID_FOR;
    const names = [keys.toggles, keys.bases, keys.chain, ...entries.map(({ route }) => keys.index(route))];
    const text = textOf(read, planned, entries);
    const answer = await redis
      .eval(WRITE, names.length, ...names, String(until), keys.channel, text)
      .catch((error) => {
        if (isRefusal(error) || entries.length === 0) throw error;
        return settle(entries, until, error);
      });
    if (answer !== 'written') return 'again';
    if (entries.length > 0) known = headOf(entries.at(-1)!);
    for (const entry of entries) onEntry(entry);
    return 'written';
  };
  /** Asks what became of a write that was not answered. */
  const settle = async (entries: readonly AuditEntry[], until: number, error: Error): Promise<string> => {
    const { sequence, hash } = entries.at(-1)!;
    const found = await standsAt(redis, keys.chain, sequence).catch(() => undefined);
    if (found?.hash === hash) return 'written';
    if (found !== undefined && found.time > until) throw error;
    for (const entry of entries) unsettled.add(entry.hash);
    throw new OutcomeUnknown(error.message, { cause: error });
  };
  return {
    async change(plan, routes = []) {
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const read = await readStored(redis, keys, routes);
        const planned = plan(read);
        if (planned === 'conflict') return planned;
        if (planned.entries.length === 0 && (planned.bases?.size ?? 0) === 0) return 'written';
        if ((await commit(read, planned)) === 'written') return 'written';
      }
      throw new Error('the store was written to by others without end');
    },
    saw(entries, head) {
      if (head.hash !== LOST && head.sequence > known.sequence) known = head;
      for (const entry of entries) if (unsettled.delete(entry.hash)) onEntry(entry);
    },
  };
}

async function readStored(
  redis: Redis,
  { toggles, bases, chain }: StoreKeys,
  routes: readonly string[],
): Promise<Read> {
  const answer = await redis.eval(READ, 3, toggles, bases, chain, ...routes);
  const [time, head, ofToggles, ofBases] = answer as [number, unknown, string[], string[]];
  const written = pairsOf(ofBases);
  return {
    time,
    head: headFromLua(head),
    written,
    toggles: parsed<Toggle>(pairsOf(ofToggles)),
    bases: parsed<FileBase>(written),
  };
}

function pairsOf(flat: readonly string[]): Map<string, string> {
  const pairs = new Map<string, string>();
  for (let index = 0; index < flat.length; index += 2) pairs.set(flat[index]!, flat[index + 1]!);
  return pairs;
}

function parsed<T>(texts: ReadonlyMap<string, string>): Map<string, T> {
  return new Map([...texts].map(([route, text]) => [route, JSON.parse(text) as T]));
}

/** A toggle was planned on its base too, which may be noted without an entry. */
function textOf(
  { head, written }: Read,
  { toggles = [], bases = new Map() }: StoreWrite,
  entries: readonly AuditEntry[],
): string {
  const routes = new Set([...bases.keys(), ...toggles.map(({ route }) => route)]);
  return JSON.stringify({
    head: [String(head.sequence), head.hash],
    bases: [...routes].map((route) => {
      const before = written.get(route) ?? '';
      return [route, before, bases.has(route) ? JSON.stringify(bases.get(route)) : before];
    }),
    toggles: toggles.map((toggle) => [toggle.route, JSON.stringify(toggle)]),
    entries: entries.map((entry) => [String(entry.sequence), entry.hash, JSON.stringify(entry)]),
  });
}
