/**
 * The chain in Redis: a stream whose ids are the places of the entries, so that Redis itself remembers how far it
 * went even when entries are taken out, and a list of places for each route. Nothing is ever cut from either.
 */
import type { Redis } from '../../chassis/redis.ts';
import { LOST } from './chain.ts';
import type { AuditEntry, ChainHead } from './entry.ts';

/** Lua: `now()` answers the time in ms; `head(chain)` place and hash of the newest entry; `append(chain, index, place, hash, entry)`. */
export const CHAIN_IN_LUA = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function head(chain)
  if redis.call('EXISTS', chain) == 0 then return {'0', '${'0'.repeat(64)}'} end
  local info, last = redis.call('XINFO', 'STREAM', chain), '0-0'
  for index = 1, #info, 2 do
    if info[index] == 'last-generated-id' then last = info[index + 1] end
  end
  local newest = redis.call('XRANGE', chain, last, last)[1]
  return {string.match(last, '^%d+'), newest and newest[2][2] or '${LOST}'}
end
local function append(chain, index, place, hash, entry)
  redis.call('XADD', chain, place .. '-0', 'hash', hash, 'entry', entry)
  redis.call('LPUSH', index, place)
end`;

/** KEYS chain. */
const HEAD = `${CHAIN_IN_LUA}
return head(KEYS[1])`;

/** KEYS chain; ARGV place. */
const STANDS = `${CHAIN_IN_LUA}
local entry = redis.call('XRANGE', KEYS[1], ARGV[1] .. '-0', ARGV[1] .. '-0')[1]
return {now(), entry and entry[2][2] or '${LOST}'}`;

/** KEYS chain, index; ARGV limit. */
const HISTORY = `
local found = {}
for _, place in ipairs(redis.call('LRANGE', KEYS[2], 0, tonumber(ARGV[1]) - 1)) do
  local entry = redis.call('XRANGE', KEYS[1], place .. '-0', place .. '-0')[1]
  if entry then found[#found + 1] = entry[2][4] end
end
return found`;

/** The place and hash that the scripts answer. */
export function headFromLua(answer: unknown): ChainHead {
  const [sequence, hash] = answer as [string, string];
  return { sequence: Number(sequence), hash };
}

/** The hash of the entry at a place, and the time by the clock of Redis. */
export async function standsAt(
  redis: Redis,
  key: string,
  sequence: number,
): Promise<{ time: number; hash: string }> {
  const [time, hash] = (await redis.eval(STANDS, 1, key, String(sequence))) as [number, string];
  return { time, hash };
}

/** Entries after a place, oldest first. */
export async function readChain(
  redis: Redis,
  key: string,
  sequence: number,
  limit: number,
): Promise<{ entries: AuditEntry[]; head: ChainHead }> {
  // The head first: entries that come in between are more than the head tells, never fewer.
  const head = headFromLua(await redis.eval(HEAD, 1, key));
  const lines = await redis.xrange(key, `(${sequence}-0`, '+', 'COUNT', limit);
  return { entries: lines.map(([, fields]) => JSON.parse(fields[3]!) as AuditEntry), head };
}

/** The entries of one route, newest first. */
export async function readHistory(
  redis: Redis,
  keys: { chain: string; index: string },
  limit: number,
): Promise<AuditEntry[]> {
  const lines = (await redis.eval(HISTORY, 2, keys.chain, keys.index, String(limit))) as string[];
  return lines.map((line) => JSON.parse(line) as AuditEntry);
}
