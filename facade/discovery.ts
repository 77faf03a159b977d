/** Finds the instances of the upstreams that are named by `service:`. */
import type { StranglerConfig } from '../chassis/config/schema/config.ts';
import { createRedisResolver } from '../chassis/discovery/redis-resolver.ts';
import { createStaticResolver, type Resolver } from '../chassis/discovery/resolver.ts';
import type { Lifecycle } from '../chassis/lifecycle.ts';
import type { Logger } from '../chassis/log.ts';
import type { Redis } from '../chassis/redis.ts';
import { openRedis } from './stores.ts';

/** A resolver that learns of services as configs name them. */
export interface GrowingResolver extends Resolver {
  /** Makes the discovered services of a config known before it is put in force. */
  learn(config: StranglerConfig): Promise<void>;
}

/** Makes the resolver; it connects to Redis when the first config names a service. */
export function createDiscovery({ log, lifecycle }: { log: Logger; lifecycle: Lifecycle }): GrowingResolver {
  const resolvers = new Map<string, Resolver>();
  const connections = new Map<string, Redis>();

  const connect = async (url: string): Promise<Redis> => {
    const redis = connections.get(url) ?? (await openRedis(url, { log, lifecycle }));
    connections.set(url, redis);
    return redis;
  };
  return {
    instances: (service) => resolvers.get(service)?.instances(service) ?? [],
    async learn(config) {
      const services = servicesOf(config).filter((service) => !resolvers.has(service));
      if (services.length === 0) return;
      const where = discoveryRedis(config);
      const resolver =
        where === undefined
          ? createStaticResolver({})
          : await createRedisResolver({
              redis: await connect(where.url),
              prefix: where.prefix,
              services,
              log,
            });
      if (where === undefined)
        log.warn('no redis for discovery; these services have no instances', { services });
      lifecycle.onClose('discovery', () => resolver.close());
      for (const service of services) resolvers.set(service, resolver);
    },
    close: async () => {},
  };
}

function servicesOf({ upstreams }: StranglerConfig): string[] {
  return Object.values(upstreams).flatMap(({ where }) => (where.kind === 'discovery' ? [where.service] : []));
}

/** The Redis in which instances lease themselves, and the start of its keys. */
export function discoveryRedis({
  redis,
  store,
}: StranglerConfig): { url: string; prefix: string } | undefined {
  const prefix = store.kind === 'redis' ? store.prefix : 'strangler';
  if (redis !== undefined) return { url: redis.url, prefix };
  return store.kind === 'redis' ? { url: store.url, prefix } : undefined;
}
