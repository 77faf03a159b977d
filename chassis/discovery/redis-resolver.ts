/**
 * Instances by their leases in Redis. What is known survives an outage of Redis, an expiry of everything at
 * once (then the registry, not the services, is the likelier culprit), and a Redis that comes back without its
 * memory. After Envoy's eventually consistent discovery and Eureka's self-preservation. That the last instance
 * has left in good order is believed.
 */
import { type Clock, systemClock } from '../clock.ts';
import type { Redis } from '../redis.ts';
import { createFollowingResolver, type FollowOptions, type Look } from './following-resolver.ts';
import type { Answer } from './known-instances.ts';
import { readLeases } from './leases.ts';
import { jittered } from './poll.ts';
import type { FollowingResolver, Instance } from './resolver.ts';

/** What the resolver needs; times in milliseconds. */
export interface RedisResolverOptions extends Omit<FollowOptions, 'clock' | 'random'> {
  clock?: Clock;
  /** From 0 to 1, for jitter. */
  random?: () => number;
  redis: Redis;
  prefix: string;
  /** Followed from the start. */
  services?: readonly string[];
  /** Between two looks; 500 by default. */
  interval?: number;
  /** How long instances that a Redis without memory has not heard of yet are kept; 5,000 by default. */
  grace?: number;
}

/** Makes the resolver, and looks at each service once before it resolves. */
export async function createRedisResolver(options: RedisResolverOptions): Promise<FollowingResolver> {
  const { clock = systemClock, random = Math.random, services = [] } = options;
  const resolver = createFollowingResolver(
    { name: 'redis', lookAt: (service, known) => lookAt(service, known, { ...options, random }) },
    { ...options, clock, random },
  );
  await Promise.all(services.map((service) => resolver.follow(service)));
  return resolver;
}

function lookAt(
  service: string,
  known: () => readonly Instance[],
  { redis, prefix, interval = 500, grace = 5_000, random = Math.random }: RedisResolverOptions,
): Look {
  let seen = 0;
  /** Instances of before the memory was lost that have not registered again, and until when they are kept. */
  let awaited: readonly Instance[] = [];
  let until = 0;
  return async () => {
    const { now, revision, live, expired } = await readLeases(redis, prefix, service);
    if (revision < seen) {
      awaited = known();
      until = now + grace;
    }
    seen = revision;
    awaited = now < until ? awaited.filter(({ id }) => live.every((one) => one.id !== id)) : [];
    const next = jittered(interval, random);
    if (awaited.length > 0) return { instances: [...live, ...awaited], doubt: 'forgotten', next };
    if (live.length > 0) return { instances: live, next };
    return { ...nobody(expired, known(), revision), next };
  };
}

/** What it means that no lease is alive. */
function nobody(expired: Instance[], known: readonly Instance[], revision: number): Omit<Answer, 'next'> {
  if (expired.length > 0) return { instances: known.length > 0 ? known : expired, doubt: 'all-expired' };
  if (revision === 0 && known.length > 0) return { instances: known, doubt: 'forgotten' };
  return { instances: [], certainlyNone: true };
}
