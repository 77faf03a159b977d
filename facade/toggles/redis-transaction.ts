/**
 * Changes in Redis: what stands there is read, the change is planned on it here, and one script writes all of it where
 * nothing of that was changed in between. Redis cannot hash, so the entries of the audit are linked here too.
 */
import { isRefusal, type Redis } from '../../chassis/redis.ts';
import { follow } from '../audit/chain.ts';
import type { AuditEntry } from '../audit/entry.ts';
import type { KnownChain, Missing } from '../audit/known-chain.ts';
import { CHAIN_IN_LUA, standsAt } from '../audit/redis-chain.ts';
import { type Read, readStored, type StoreKeys } from './redis-stored.ts';
import { OutcomeUnknown, type StoreWrite, type ToggleStore } from './toggle-store.ts';

/** What the changes of one store are made with. */
export interface TransactionOptions {
  redis: Redis;
  keys: StoreKeys;
  chain: KnownChain;
  /** Hears of each entry that was written here. */
  onEntry: (entry: AuditEntry) => void;
  /** Hears of what the store had lost, and was given. */
  onLoss: (missing: Missing) => void;
}

/** The changes of one store. */
export interface RedisTransactions {
  change: ToggleStore['change'];
  /** Gives the store back what it lost of the audit. */
  mend(): Promise<void>;
  /** Tells of entries that were read. */
  saw(entries: readonly AuditEntry[]): void;
}

/** How often a plan is made anew before giving up: each time somebody else's change went through. */
const MOST_TRIES = 1_000;
/**
 * How long after the reading a write counts, in ms. It is less than the client waits for an answer, so that a write
 * which was given up, and which a Redis that hangs gets to see later, does nothing any more.
 */
const VALID_FOR = 800;
const NO_ROUTE = '';

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

/** Makes them. */
export function createRedisTransactions({
  redis,
  keys,
  chain,
  onEntry,
  onLoss,
}: TransactionOptions): RedisTransactions {
  /** Entries of writes of which nobody knows what became. */
  const unsettled = new Set<string>();
  const commit = async (
    read: Read,
    write: Omit<StoreWrite, 'entries'>,
    entries: readonly AuditEntry[],
  ): Promise<boolean> => {
    const until = read.time + VALID_FOR;
    const names = [keys.toggles, keys.bases, keys.chain, ...entries.map(({ route }) => keys.index(route))];
    const text = textOf(read, write, entries);
    const answer = await redis
      .eval(WRITE, names.length, ...names, String(until), keys.channel, text)
      .catch((error) => {
        if (isRefusal(error) || entries.length === 0) throw error;
        return settle(entries, until, error);
      });
    if (answer === 'written') chain.saw(entries);
    return answer === 'written';
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
  const give = async (read: Read, missing: Missing): Promise<void> => {
    if (!(await commit(read, {}, missing.entries))) return;
    if (missing.kind === 'loss') for (const entry of missing.entries) onEntry(entry);
    onLoss(missing);
  };
  const change: ToggleStore['change'] = async (plan, routes = []) => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const read = await readStored(redis, keys, routes);
      const missing = chain.missing(read.head, read.time);
      if (missing !== undefined) {
        await give(read, missing);
        continue;
      }
      const planned = plan(read);
      if (planned === 'conflict') return planned;
      if (planned.entries.length === 0 && (planned.bases?.size ?? 0) === 0) return 'written';
      const entries = planned.entries.length === 0 ? [] : follow(read.head, chain.head(), planned.entries);
      if (!(await commit(read, planned, entries))) continue;
      for (const entry of entries) onEntry(entry);
      return 'written';
    }
    throw new Error('the store was written to by others without end');
  };
  return {
    change,
    mend: async () => void (await change(() => ({ entries: [] }), [NO_ROUTE])),
    saw(entries) {
      for (const entry of entries) if (unsettled.delete(entry.hash)) onEntry(entry);
    },
  };
}

/** A toggle was planned on its base too, which may be noted without an entry. */
function textOf(
  { head, written }: Read,
  { toggles = [], bases = new Map() }: Omit<StoreWrite, 'entries'>,
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
