/** Opens the registrar at a registry of the config. */
import type { StranglerConfig } from '../config/schema/config.ts';
import type { Lookup } from '../config/schema/upstreams.ts';
import type { Logger } from '../log.ts';
import { closeRedis, connectRedis, whenRedisReady } from '../redis.ts';
import { createConsulRegistrar } from './consul-registrar.ts';
import { createEurekaRegistrar } from './eureka-registrar.ts';
import { createRedisRegistrar } from './lease.ts';
import type { Registrar, Registration } from './registrar.ts';
import { discoveryRedis } from './registries.ts';

/** The registries that take registrations. */
export type RegistrarKind = Exclude<Lookup['registry'], 'dns' | 'srv'>;

/** How long each registry keeps an instance without a word, in milliseconds, when the config does not say. */
export const REGISTRATION_TTL: Record<RegistrarKind, number> = {
  redis: 3_000,
  consul: 10_000,
  // Eureka's own clients say 90 s; its servers look for the expired once a minute.
  eureka: 30_000,
};

/** What it needs besides the config; `now` in milliseconds since the epoch. */
export interface OpenRegistrarOptions {
  log: Logger;
  now: () => number;
}

/** Opens it, also while the registry is away; undefined when the config does not say where it is. */
export async function openRegistrar(
  kind: RegistrarKind,
  config: StranglerConfig,
  registration: Registration,
  { log, now }: OpenRegistrarOptions,
): Promise<Registrar | undefined> {
  const { consul, eureka } = config.discovery;
  switch (kind) {
    case 'redis':
      return openRedisRegistrar(config, registration, log);
    case 'consul':
      return consul && createConsulRegistrar({ ...consul, registration });
    case 'eureka':
      return eureka && createEurekaRegistrar({ ...eureka, registration, now });
  }
}

/** On a connection of its own, which goes with it. */
async function openRedisRegistrar(
  config: StranglerConfig,
  registration: Registration,
  log: Logger,
): Promise<Registrar | undefined> {
  const where = discoveryRedis(config);
  if (where === undefined) return undefined;
  const redis = connectRedis(where.url, { purpose: 'commands', log });
  await whenRedisReady(redis, 3_000).catch(() => log.warn('starting without redis'));
  const { prefix } = where;
  return { ...createRedisRegistrar({ redis, prefix, registration }), close: () => closeRedis(redis) };
}
