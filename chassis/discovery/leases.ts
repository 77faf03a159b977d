/**
 * Leases in Redis: keys and scripts. A sorted set for each service holds its instances as JSON, scored by the
 * expiry of their leases, also for some time after it; a revision tells a registry that everybody left from one that has forgotten everybody;
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

/** How long a lease is taken for where nothing else is said, in milliseconds. */
export const DEFAULT_TTL = 3_000;

/** How long the last epoch of an instance is remembered after it spoke, in milliseconds. */
const EPOCH_KEPT = 3_600_000;

/**
 * KEYS leases, revision, epoch; ARGV epoch, instance, ttl, epoch kept. Takes the lease or renews it; refuses an
 * epoch that has left, and one that is older than the one that spoke last, unless that one's lease has run out.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('GET', KEYS[3])
if held then
  local epoch, state, instance = held:match('^(%d+) (%a+) (.*)$')
  if tonumber(epoch) > tonumber(ARGV[1]) then
    local expiry = redis.call('ZSCORE', KEYS[1], instance)
    if state == 'left' or (expiry and tonumber(expiry) > now) then return 'superseded' end
  end
  if epoch == ARGV[1] and state == 'left' then return 'left' end
  if instance ~= ARGV[2] then redis.call('ZREM', KEYS[1], instance) end
end
redis.call('SET', KEYS[3], ARGV[1] .. ' holds ' .. ARGV[2], 'PX', ARGV[4])
if redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2]) == 0 then return 'renewed' end
redis.call('INCR', KEYS[2])
return 'registered'`;

/** KEYS leases, revision, epoch; ARGV epoch, epoch kept. Gives the lease back, if it is this epoch's. */
const GIVE_BACK = `
local held = redis.call('GET', KEYS[3])
local epoch, instance = (held or ''):match('^(%d+) %a+ (.*)$')
if epoch and epoch ~= ARGV[1] then return 'superseded' end
redis.call('SET', KEYS[3], ARGV[1] .. ' left ' .. (instance or ''), 'PX', ARGV[2])
if instance and redis.call('ZREM', KEYS[1], instance) == 1 then redis.call('INCR', KEYS[2]) end
return 'left'`;

/** KEYS leases, revision. What stands now: each instance with the expiry of its lease. */
const LOOK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return {now, redis.call('GET', KEYS[2]) or '0', redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')}`;

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
  const member = JSON.stringify({ ...holder.instance, ttl });
  const rest = [holder.epoch, member, ttl, EPOCH_KEPT];
  return (await redis.eval(TAKE, 3, ...keysOf(holder), ...rest)) as LeaseOutcome;
}

/** Gives a lease back; one that another epoch took since stays. */
export async function giveLeaseBack(redis: Redis, holder: LeaseHolder): Promise<void> {
  await redis.eval(GIVE_BACK, 3, ...keysOf(holder), String(holder.epoch), String(EPOCH_KEPT));
}

/** One instance's lease; times in milliseconds. */
export interface Lease {
  instance: Instance;
  /** By Redis's clock. */
  expiry: number;
  /** For how long it was taken. */
  ttl: number;
}

/** The leases of a service. */
export interface Leases {
  /** Milliseconds by Redis's clock. */
  now: number;
  /** Grows with each instance that comes or leaves in good order; 0 when Redis knows of none. */
  revision: number;
  live: Lease[];
  expired: Lease[];
  /** How the entries begin that are none, whoever wrote them. */
  unreadable: string[];
}

/** Reads the leases of a service; those that ran out are there until they are dropped. */
export async function readLeases(redis: Redis, prefix: string, service: string): Promise<Leases> {
  const keys = leaseKeys(prefix, service);
  const [now, revision, found] = (await redis.eval(LOOK, keys.length, ...keys)) as [number, string, string[]];
  const leases: Lease[] = [];
  const unreadable: string[] = [];
  for (let index = 0; index < found.length; index += 2) {
    const lease = parse(found[index]!, Number(found[index + 1]));
    if (lease === undefined) unreadable.push(found[index]!.slice(0, 200));
    else leases.push(lease);
  }
  return {
    ...{ now, revision: Number(revision), unreadable },
    live: leases.filter(({ expiry }) => expiry > now),
    expired: leases.filter(({ expiry }) => expiry <= now),
  };
}

/** Takes away the leases that had run out at `now`; one that was renewed since stays. */
export async function dropExpired(redis: Redis, prefix: string, service: string, now: number): Promise<void> {
  await redis.zremrangebyscore(leasesKey(prefix, service), '-inf', now);
}

function keysOf({ prefix, service, instance }: LeaseHolder): string[] {
  return leaseKeys(prefix, service, instance.id);
}

function parse(member: string, expiry: number): Lease | undefined {
  try {
    const { id, url, ttl } = JSON.parse(member) as Partial<Instance> & { ttl?: unknown };
    if (typeof id !== 'string' || typeof url !== 'string') return undefined;
    return { instance: { id, url }, expiry, ttl: typeof ttl === 'number' && ttl > 0 ? ttl : DEFAULT_TTL };
  } catch {
    return undefined;
  }
}
