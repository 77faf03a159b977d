/** An instance's lease in Redis: renewed while it is healthy, given back when it leaves, expired when it dies. */
import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Redis } from '../redis.ts';
import { DEFAULT_TTL, giveLeaseBack, type LeaseHolder, redisTime, takeLease } from './leases.ts';
import type { Registrar, Registration } from './registrar.ts';
import { type KeptRegistration, keepRegistered } from './registration.ts';

export { leasesKey } from './leases.ts';

/** What an instance says of itself. */
export interface LeaseOptions {
  redis: Redis;
  /** Namespace of the keys; `strangler` in the kit. */
  prefix: string;
  service: string;
  /** A name that the instance keeps when it starts again; a new one each time by default. */
  id?: string;
  /** Where this instance answers. */
  url: string;
  /** Milliseconds without renewal after which the lease is gone; 3,000 by default. */
  ttl?: number;
  log: Logger;
  /** An unhealthy instance does not renew; healthy by default. */
  isHealthy?: () => boolean | Promise<boolean>;
  clock?: Clock;
  /** From 0 to 1, for jitter. */
  random?: () => number;
}

/** Registers this instance and keeps its lease; `deregister` is to be called before the listener closes. */
export function registerInstance(options: LeaseOptions): Promise<KeptRegistration> {
  const { redis, prefix, service, id = randomUUID(), url, ttl = DEFAULT_TTL, log, isHealthy } = options;
  const { clock = systemClock, random = Math.random } = options;
  const registrar = createRedisRegistrar({ redis, prefix, registration: { service, id, url, ttl } });
  return keepRegistered({ registrar, log, clock, random, isHealthy });
}

/** What the registrar needs; the caller closes the connection. */
export interface RedisRegistrarOptions {
  redis: Redis;
  prefix: string;
  registration: Registration;
}

/**
 * The registrar of leases. Its epoch is the time of its first word, by Redis's clock: of two processes with one id
 * the later wins, also in a Redis that has forgotten both. An instance that is not well lets its lease run out
 * instead of giving it back, so that a check that fails everywhere at once removes nobody.
 */
export function createRedisRegistrar({ redis, prefix, registration }: RedisRegistrarOptions): Registrar {
  const { service, id, url, ttl } = registration;
  let holder: LeaseHolder | undefined;
  return {
    registry: 'redis',
    registration,
    async announce(healthy, signal) {
      if (!healthy) return 'unwell';
      holder ??= { prefix, service, instance: { id, url }, epoch: await redisTime(redis) };
      signal.throwIfAborted();
      const outcome = await takeLease(redis, holder, ttl);
      return outcome === 'left' ? 'superseded' : outcome;
    },
    async leave() {
      if (holder !== undefined) await giveLeaseBack(redis, holder);
    },
    close: async () => {},
  };
}
