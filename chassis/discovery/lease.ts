/** An instance's lease in Redis: renewed while it is healthy, given back when it leaves, expired when it dies. */
import { randomUUID } from 'node:crypto';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Redis } from '../redis.ts';

/** What an instance says of itself. */
export interface LeaseOptions {
  redis: Redis;
  /** Namespace of the keys; `strangler` in the kit. */
  prefix: string;
  service: string;
  /** Where this instance answers. */
  url: string;
  /** Milliseconds without renewal after which the lease is gone; 3,000 by default. */
  ttl?: number;
  log: Logger;
  /** An unhealthy instance does not renew; healthy by default. */
  isHealthy?: () => boolean | Promise<boolean>;
}

/** The key of a service's set of leases: a sorted set, instance as JSON, expiry (ms) as score. */
export function leasesKey(prefix: string, service: string): string {
  return `${prefix}:discovery:${service}`;
}

/** Registers this instance and keeps its lease; `deregister` is to be called before the listener closes. */
export async function registerInstance(options: LeaseOptions): Promise<{ deregister(): Promise<void> }> {
  const { redis, prefix, service, url, ttl = 3_000, log, isHealthy = () => true } = options;
  const key = leasesKey(prefix, service);
  const member = JSON.stringify({ id: randomUUID(), url });
  let renewed = true;
  let leaving = false;
  const renew = async () => {
    if (!(await isHealthy())) return;
    // Redis's own clock, so that clocks of instances and facades need not agree.
    const [seconds, micros] = await redis.time();
    const now = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    // Else a renewal that was under way would bring the lease back.
    if (leaving) return;
    await redis.zadd(key, now + ttl, member);
    renewed = true;
  };
  const tryRenew = () =>
    renew().catch((error) => {
      if (renewed) log.warn('lease not renewed', { service, error: messageOf(error) });
      renewed = false;
    });

  await tryRenew();
  const timer = setInterval(tryRenew, ttl / 3);
  timer.unref();
  return {
    async deregister() {
      clearInterval(timer);
      leaving = true;
      await redis
        .zrem(key, member)
        .catch((error) => log.warn('lease not given back', { service, error: messageOf(error) }));
    },
  };
}
