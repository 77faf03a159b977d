/** What stands in Redis of toggles and of what the config file says, read at one moment. */
import type { Redis } from '../../chassis/redis.ts';
import type { ChainHead } from '../audit/entry.ts';
import { CHAIN_IN_LUA, headFromLua } from '../audit/redis-chain.ts';
import type { FileBase, Stored, Toggle } from './toggle-store.ts';

/** The names of a store's keys, and of its channel. */
export interface StoreKeys {
  toggles: string;
  bases: string;
  chain: string;
  index: (route: string) => string;
  channel: string;
}

/** What was read at one moment. */
export interface Read extends Stored {
  head: ChainHead;
  /** By the clock of Redis, in ms. */
  time: number;
  /** The bases as they are written there. */
  written: ReadonlyMap<string, string>;
}

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

/** Reads it; `routes` are those that count, or none for all. */
export async function readStored(
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
