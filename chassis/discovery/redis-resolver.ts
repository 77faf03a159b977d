/**
 * Instances by their leases in Redis. What is known survives an outage of Redis, an expiry of much or everything
 * at once (then the registry, not the services, is the likelier culprit), and a Redis that comes back without its
 * memory. After Envoy's eventually consistent discovery and Eureka's self-preservation. That the last instance
 * has left in good order is believed.
 */
import { type Clock, systemClock } from '../clock.ts';
import type { Redis } from '../redis.ts';
import { createExpiryWatch } from './expiry.ts';
import { createFollowingResolver, type FollowOptions, type Look } from './following-resolver.ts';
import type { Answer } from './known-instances.ts';
import { dropExpired, type Lease, type Leases, readLeases } from './leases.ts';
import { jittered } from './poll.ts';
import type { FollowingResolver, Instance, StaleReason } from './resolver.ts';

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
  /** How long instances are kept that Redis has forgotten, or whose leases ran out together; 5,000 by default. */
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
  const expiry = createExpiryWatch(grace);
  let seen = 0;
  /** Instances of before the memory was lost that have not registered again, and until when they are kept. */
  let awaited: readonly Instance[] = [];
  let until = 0;
  return async () => {
    const leases = await readLeases(redis, prefix, service);
    const { now, revision, live, expired, unreadable } = leases;
    if (revision < seen) {
      awaited = known();
      until = now + grace;
    }
    seen = revision;
    const gone = expiry.gone(leases);
    if (gone && expired.length > 0) await dropExpired(redis, prefix, service, now);
    const kept = gone ? [] : expiredToKeep(leases, known());
    const held = new Set([...live, ...kept].map(({ instance }) => instance.id));
    awaited = now < until ? awaited.filter(({ id }) => !held.has(id)) : [];
    const next = jittered(interval, random);
    const instances = [...live.map(instanceOf), ...kept.map(instanceOf), ...awaited];
    if (instances.length === 0) return { ...nobody(known(), revision), unreadable, next };
    return { instances, doubt: doubtOf({ live, kept, awaited }), unreadable, next };
  };
}

/** When none is alive, a facade that starts only now takes those that ran out too. */
function expiredToKeep({ live, expired }: Leases, known: readonly Instance[]): Lease[] {
  if (live.length === 0) return expired;
  const ids = new Set(known.map(({ id }) => id));
  for (const { instance } of live) ids.delete(instance.id);
  return expired.filter(({ instance }) => ids.has(instance.id));
}

function doubtOf(found: {
  live: readonly Lease[];
  kept: readonly Lease[];
  awaited: readonly Instance[];
}): StaleReason | undefined {
  if (found.awaited.length > 0) return 'forgotten';
  if (found.kept.length === 0) return undefined;
  return found.live.length === 0 ? 'all-expired' : 'many-expired';
}

function nobody(known: readonly Instance[], revision: number): Omit<Answer, 'next'> {
  if (revision === 0 && known.length > 0) return { instances: known, doubt: 'forgotten' };
  return { instances: [], certainlyNone: true };
}

function instanceOf({ instance }: Lease): Instance {
  return instance;
}
