/**
 * Writes toggles with their entries of the audit to Redis, in one script. Redis cannot hash, so the entries are linked
 * here to the head that is expected; when another write came first, the script answers the head that there is.
 */
import type { Redis } from '../../chassis/redis.ts';
import { BEGINNING, follow, headOf, LOST } from '../audit/chain.ts';
import type { AuditDraft, AuditEntry, ChainHead } from '../audit/entry.ts';
import { CHAIN_IN_LUA, headFromLua } from '../audit/redis-chain.ts';
import type { Toggle } from './toggle-store.ts';

/** A toggle with its entry, or an entry alone. */
export interface RedisWrite {
  toggle?: Toggle;
  /** The revision on which the toggle is based. */
  expected?: number;
  entry: AuditDraft;
}

/** The writer of one store. */
export interface RedisToggleWriter {
  write(changes: readonly RedisWrite[]): Promise<'written' | 'conflict'>;
  /** Tells of a head that was read: should the chain be lost, it goes on after the newest known. */
  saw(head: ChainHead): void;
}

/** How often a head that moves is followed before giving up: each time somebody else's change went through. */
const MOST_TRIES = 1_000;

/**
 * KEYS toggles, chain, an index for each change; ARGV place and hash of the expected head, channel, and route,
 * expected revision, toggle (or none), place, hash, entry of each.
 */
const SET = `${CHAIN_IN_LUA}
for index = 3, #KEYS do
  local at = 6 * index - 14
  local current = ARGV[at + 2] ~= '' and redis.call('HGET', KEYS[1], ARGV[at])
  local revision = current and cjson.decode(current).revision or 0
  if ARGV[at + 2] ~= '' and revision ~= tonumber(ARGV[at + 1]) then return 0 end
end
local stored = head(KEYS[2])
if stored[1] ~= ARGV[1] or stored[2] ~= ARGV[2] then return stored end
for index = 3, #KEYS do
  local at = 6 * index - 14
  if ARGV[at + 2] ~= '' then redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 2]) end
  append(KEYS[2], KEYS[index], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5])
end
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1`;

/** Makes the writer; `after` and `onEntry` as in the store's options. */
export function createRedisToggleWriter({
  redis,
  keys,
  after,
  onEntry,
}: {
  redis: Redis;
  keys: { toggles: string; chain: string; index: (route: string) => string; channel: string };
  after: ChainHead;
  onEntry: (entry: AuditEntry) => void;
}): RedisToggleWriter {
  let known = after;
  let stored = BEGINNING;
  return {
    async write(changes) {
      const names = [keys.toggles, keys.chain, ...changes.map(({ entry }) => keys.index(entry.route))];
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const entries = follow(
          stored,
          known,
          changes.map(({ entry }) => entry),
        );
        const args = changes.flatMap((change, index) => argumentsOf(change, entries[index]!));
        const expected = [String(stored.sequence), stored.hash];
        const answer = await redis.eval(SET, names.length, ...names, ...expected, keys.channel, ...args);
        if (answer === 0) return 'conflict';
        if (answer === 1) {
          known = stored = headOf(entries.at(-1)!);
          for (const entry of entries) onEntry(entry);
          return 'written';
        }
        stored = headFromLua(answer);
      }
      throw new Error('the audit was written to by others without end');
    },
    saw(head) {
      if (head.hash !== LOST && head.sequence > known.sequence) known = head;
    },
  };
}

function argumentsOf({ toggle, expected = 0 }: RedisWrite, entry: AuditEntry): string[] {
  const written = toggle === undefined ? '' : JSON.stringify({ ...toggle, revision: expected + 1 });
  const place = String(entry.sequence);
  return [entry.route, String(expected), written, place, entry.hash, JSON.stringify(entry)];
}
