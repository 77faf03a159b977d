/** The registries that a config names, each with what opens its resolver. */
import type { StranglerConfig } from '../config/schema/config.ts';
import type { Lookup } from '../config/schema/upstreams.ts';
import { closeRedis, connectRedis, whenRedisReady } from '../redis.ts';
import { createConsulResolver } from './consul-resolver.ts';
import { createDnsResolver } from './dns-resolver.ts';
import { createEurekaResolver } from './eureka-resolver.ts';
import type { FollowOptions } from './following-resolver.ts';
import { createRedisResolver } from './redis-resolver.ts';
import type { FollowingResolver } from './resolver.ts';
import { createSrvResolver } from './srv-resolver.ts';

/** What opening a registry's resolver needs besides the config. */
export type OpenOptions = Omit<FollowOptions, 'allowLinkLocal'>;

/** A registry as a config describes it. */
export interface RegistryPlan {
  /** Changes with whatever would make another resolver of it. */
  fingerprint: string;
  /** A registry that is away does not keep it from opening. */
  open(options: OpenOptions): Promise<FollowingResolver>;
}

/** The registry of one kind; undefined when the config does not say where it is. */
export function registryPlan(kind: Lookup['registry'], config: StranglerConfig): RegistryPlan | undefined {
  const { dns, consul, eureka, allowLinkLocal } = config.discovery;
  const redis = discoveryRedis(config);
  const plan = <Settings extends object>(
    settings: Settings | undefined,
    open: (options: Settings & FollowOptions) => FollowingResolver | Promise<FollowingResolver>,
  ): RegistryPlan | undefined =>
    settings && {
      fingerprint: JSON.stringify([kind, settings, allowLinkLocal]),
      open: async (options) => open({ ...settings, ...options, allowLinkLocal }),
    };
  switch (kind) {
    case 'redis':
      return plan(redis, openRedisResolver);
    case 'consul':
      return plan(consul, createConsulResolver);
    case 'eureka':
      return plan(eureka, createEurekaResolver);
    case 'dns':
      return plan(dns, createDnsResolver);
    case 'srv':
      return plan(dns, createSrvResolver);
  }
}

/** The Redis in which instances lease themselves, and the start of its keys. */
export function discoveryRedis({
  redis,
  store,
}: Pick<StranglerConfig, 'redis' | 'store'>): { url: string; prefix: string } | undefined {
  const prefix = store.kind === 'redis' ? store.prefix : 'strangler';
  if (redis !== undefined) return { url: redis.url, prefix };
  return store.kind === 'redis' ? { url: store.url, prefix } : undefined;
}

/** On a connection of its own, which goes with it. */
async function openRedisResolver(
  options: { url: string; prefix: string } & FollowOptions,
): Promise<FollowingResolver> {
  const { url, log } = options;
  const redis = connectRedis(url, { purpose: 'commands', log });
  await whenRedisReady(redis, 3_000).catch(() => log.warn('starting without redis'));
  const resolver = await createRedisResolver({ ...options, redis });
  return {
    ...resolver,
    async close() {
      await resolver.close();
      await closeRedis(redis);
    },
  };
}
