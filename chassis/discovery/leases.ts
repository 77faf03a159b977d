/**
 * Leases in Redis: keys and scripts. A sorted set for each service holds its instances as JSON, scored by the
 * expiry of their leases; a revision tells a registry that everybody left from one that has forgotten everybody;
 * and for each instance id a note says which epoch of it spoke last, so that an older one changes nothing.
 * All times are Redis's own, so that the clocks of instances and facades need not agree.
 */
import type { Redis } from '../redis.ts';
import type { Instance } from './resolver.ts';

/** The key of a service's set of leases: a sorted set, instance as JSON, expiry (ms) as score. */
export function leasesKey(prefix: string, service: string): string {
  return `${prefix}:discovery:${service}`;
}

/** Every key of a service's leases, for those who want to remove them. */
export function leaseKeys(prefix: string, service: string, ...ids: string[]): string[] {
  const key = leasesKey(prefix, service);
  return [key, `${key}:revision`, ...ids.map((id) => `${key}:epoch:${id}`)];
}

/** How long the last epoch of an instance is remembered after it spoke, in milliseconds. */
const EPOCH_KEPT = 3_600_000;

/**
 * KEYS leases, revision, epoch; ARGV epoch, instance, ttl, epoch kept. Takes the lease or renews it; refuses an
 * epoch that is older than the one that spoke last, or that has left.
 */
const TAKE = `
local held = redis.call('GET', KEYS[3])
if held then
  local epoch, state, instance = held:match('^(%d+) (%a+) (.*)$')
  if tonumber(epoch) > tonumber(ARGV[1]) then return 'superseded' end
  if epoch == ARGV[1] and state == 'left' then return 'left' end
  if instance ~= ARGV[2] then redis.call('ZREM', KEYS[1], instance) end
end
redis.call('SET', KEYS[3], ARGV[1] .. ' holds ' .. ARGV[2], 'PX', ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2]) == 0 then return 'renewed' end
redis.call('INCR', KEYS[2])
return 'registered'`;

/** KEYS leases, revision, epoch; ARGV epoch, instance, epoch kept. Gives the lease back, if it is this epoch's. */
const GIVE_BACK = `
local held = redis.call('GET', KEYS[3])
local epoch = held and held:match('^(%d+) ')
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then return 'superseded' end
redis.call('SET', KEYS[3], ARGV[1] .. ' left ' .. ARGV[2], 'PX', ARGV[3])
if redis.call('ZREM', KEYS[1], ARGV[2]) == 1 then redis.call('INCR', KEYS[2]) end
return 'left'`;

/** KEYS leases, revision. Takes leases that ran out away, unless all did; answers what stands now. */
const LOOK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local live = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
local expired = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
if #live > 0 and #expired > 0 then redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now) end
return {now, redis.call('GET', KEYS[2]) or '0', live, expired}`;

/** One epoch of one instance: a process from its start to its end. */
export interface LeaseHolder {
  prefix: string;
  service: string;
  instance: Instance;
  /** Greater than that of any earlier epoch of the same instance. */
  epoch: number;
}

/** What came of taking a lease. */
export type LeaseOutcome = 'registered' | 'renewed' | 'superseded' | 'left';

/** Microseconds since the epoch by Redis's clock. */
export async function redisTime(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000_000 + Number(micros);
}

/** Takes or renews a lease for `ttl` milliseconds. */
export async function takeLease(redis: Redis, holder: LeaseHolder, ttl: number): Promise<LeaseOutcome> {
  const rest = [String(holder.epoch), JSON.stringify(holder.instance), String(ttl), String(EPOCH_KEPT)];
  return (await redis.eval(TAKE, 3, ...keysOf(holder), ...rest)) as LeaseOutcome;
}

/** Gives a lease back; that of a newer epoch stays. */
export async function giveLeaseBack(redis: Redis, holder: LeaseHolder): Promise<void> {
  const rest = [String(holder.epoch), JSON.stringify(holder.instance), String(EPOCH_KEPT)];
  await redis.eval(GIVE_BACK, 3, ...keysOf(holder), ...rest);
}

/** The leases of a service. */
export interface Leases {
  /** Milliseconds by Redis's clock. */
  now: number;
  /** Grows with each instance that comes or leaves in good order; 0 when Redis knows of none. */
  revision: number;
  live: Instance[];
  expired: Instance[];
}

/** Reads the leases of a service. */
export async function readLeases(redis: Redis, prefix: string, service: string): Promise<Leases> {
  const keys = leaseKeys(prefix, service);
  const [now, revision, live, expired] = (await redis.eval(LOOK, keys.length, ...keys)) as [
    number,
    string,
    string[],
    string[],
  ];
  return { now, revision: Number(revision), live: live.flatMap(parse), expired: expired.flatMap(parse) };
}

function keysOf({ prefix, service, instance }: LeaseHolder): string[] {
  return leaseKeys(prefix, service, instance.id);
}

/** An entry that is none, of whoever wrote it, is passed over. */
function parse(member: string): Instance[] {
  try {
    const { id, url } = JSON.parse(member) as Partial<Instance>;
    return typeof id === 'string' && typeof url === 'string' ? [{ id, url }] : [];
  } catch {
    return [];
  }
}
