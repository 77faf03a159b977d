/**
 * Instances by their leases in Redis. What is known survives an outage of Redis, and an expiry of everything
 * at once (then the registry, not the services, is the likelier culprit). After Envoy's eventually consistent
 * discovery and Eureka's self-preservation.
 */
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Redis } from '../redis.ts';
import { leasesKey } from './lease.ts';
import type { Instance, Resolver } from './resolver.ts';

/** What the resolver needs; `interval` (ms) between two looks is 500 by default. */
export interface RedisResolverOptions {
  redis: Redis;
  prefix: string;
  services: string[];
  log: Logger;
  interval?: number;
}

/** Looks up all services once before it resolves, then at each interval. */
export async function createRedisResolver(options: RedisResolverOptions): Promise<Resolver> {
  const { redis, prefix, services, log, interval = 500 } = options;
  const known = new Map<string, Instance[]>();
  let reachable = true;
  const look = async () => {
    try {
      for (const service of services)
        known.set(service, await refresh(redis, prefix, service, known.get(service) ?? []));
      if (!reachable) log.info('discovery is back');
      reachable = true;
    } catch (error) {
      if (reachable)
        log.warn('discovery is away; the last known instances stay', { error: messageOf(error) });
      reachable = false;
    }
  };
  await look();
  const timer = setInterval(look, interval);
  timer.unref();
  return {
    instances: (service) => known.get(service) ?? [],
    close: async () => clearInterval(timer),
  };
}

async function refresh(
  redis: Redis,
  prefix: string,
  service: string,
  before: Instance[],
): Promise<Instance[]> {
  const key = leasesKey(prefix, service);
  const [seconds, micros] = await redis.time();
  const now = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  const leases = await redis.zrange(key, '0', '-1', 'WITHSCORES');
  const { live, expired } = partition(leases, now);
  if (live.length === 0 && expired.length > 0) return before.length > 0 ? before : expired.flatMap(parse);
  // By score, so that a lease that has been renewed since then stays.
  if (expired.length > 0) await redis.zremrangebyscore(key, '-inf', now);
  return live.flatMap(parse);
}

function partition(leases: string[], now: number): { live: string[]; expired: string[] } {
  const live: string[] = [];
  const expired: string[] = [];
  for (let index = 0; index < leases.length; index += 2) {
    (Number(leases[index + 1]) > now ? live : expired).push(leases[index]!);
  }
  return { live, expired };
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
