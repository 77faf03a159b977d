import { expect } from 'chai';
import { registerInstance } from '../../../chassis/discovery/lease.ts';
import { leaseKeys } from '../../../chassis/discovery/leases.ts';
import { createRedisResolver } from '../../../chassis/discovery/redis-resolver.ts';
import type { Resolver } from '../../../chassis/discovery/resolver.ts';
import { createNullLogger } from '../../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../../chassis/redis.ts';
import { createPrivateRedis } from '../../support/private-redis.ts';
import { redisUrl, uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { startCuttableLine } from './cuttable-line.ts';

const log = createNullLogger();
const TTL = 900;

describe('Ten instances that all live', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  const connect = async (url: string): Promise<Redis> => {
    const redis = connectRedis(url, { purpose: 'commands', log });
    ends.push(() => closeRedis(redis));
    await whenRedisReady(redis);
    return redis;
  };
  /** Each on a connection of its own, so that their renewals spread. */
  const register = async (prefix: string, urlOf: (index: number) => string) => {
    const leases = Array.from({ length: 10 }, async (_, index) => {
      const redis = await connect(urlOf(index));
      const at = { service: 'catalog', id: String(index), url: `http://10.0.0.${index + 1}:1` };
      return registerInstance({ redis, prefix, ...at, ttl: TTL, log });
    });
    const all = await Promise.all(leases);
    ends.push(() => Promise.all(all.map((lease) => lease.deregister())));
  };
  /** Follows them; tells the fewest it ever knew since, and the states it went through. */
  const follow = async (redis: Redis, prefix: string, grace?: number, interval = 20) => {
    const retry = { least: 5, most: 10 };
    const resolver = await createRedisResolver({
      ...{ redis, prefix, services: ['catalog'], log, interval, grace, retry },
    });
    ends.push(() => resolver.close());
    await until(() => resolver.instances('catalog').length === 10);
    const seen = { fewest: 10, states: new Set<string>() };
    resolver.onChange(() => {
      seen.fewest = Math.min(seen.fewest, resolver.instances('catalog').length);
    });
    return { resolver, seen };
  };
  const reason = (resolver: Resolver, seen: { states: Set<string> }) => {
    const state = resolver.state('catalog');
    const name = state.kind === 'stale' ? state.reason : state.kind;
    seen.states.add(name);
    return name;
  };

  /** Ten of which some are on a line that can be cut; the facade is not. */
  const onLine = async (isOnLine: (index: number) => boolean, grace?: number) => {
    const prefix = uniqueName('preserve');
    const near = await connect(redisUrl());
    const ids = Array.from({ length: 10 }, (_, index) => String(index));
    ends.push(() => near.del(...leaseKeys(prefix, 'catalog', ...ids)));
    const line = await startCuttableLine(new URL(redisUrl()));
    ends.push(() => line.close());
    const far = Object.assign(new URL(redisUrl()), { port: String(line.port) }).href;
    await register(prefix, (index) => (isOnLine(index) ? far : redisUrl()));
    return { line, ...(await follow(near, prefix, grace)) };
  };

  it('stay, and come back, when they lose Redis and the facade does not', async () => {
    const { line, resolver, seen } = await onLine(() => true);
    line.cut();
    await until(() => reason(resolver, seen) === 'all-expired', { interval: 5 });
    line.mend();
    await until(() => reason(resolver, seen) === 'fresh', { timeout: 20_000 });
    expect(seen.fewest).to.equal(10);
    expect([...seen.states], 'on the way').to.include('many-expired');
  });

  it('stay for the grace when all but one lose Redis', async () => {
    const { line, resolver, seen } = await onLine((index) => index > 0, 300);
    line.cut();
    await until(() => reason(resolver, seen) === 'many-expired');
    expect(resolver.instances('catalog')).to.have.length(10);
    await until(() => resolver.instances('catalog').length === 1, { what: 'the grace to end' });
    expect(resolver.state('catalog')).to.deep.equal({ kind: 'fresh' });
  });

  it('are nine when one of them falls silent, and nobody is in doubt', async () => {
    const { line, resolver, seen } = await onLine((index) => index === 0, 600_000);
    line.cut();
    await until(() => reason(resolver, seen) === 'fresh' && seen.fewest === 9);
    expect(resolver.instances('catalog').map(({ id }) => id)).not.to.include('0');
    expect([...seen.states]).to.deep.equal(['fresh']);
  });

  it('stay when Redis stands still for longer than a lease', async () => {
    const server = await createPrivateRedis();
    await server.start();
    ends.push(() => server.stop());
    await register('preserve', () => server.url);
    // Looked at between some renewals and others: Redis hears them in the order in which they came when it stood still.
    const { resolver, seen } = await follow(await connect(server.url), 'preserve', undefined, 150);
    for (let round = 0; round < 3; round += 1) {
      server.freeze();
      const since = Date.now();
      await until(() => Date.now() > since + 1.5 * TTL);
      server.resume();
      await until(() => reason(resolver, seen) !== 'fresh', { interval: 1 });
      await until(() => reason(resolver, seen) === 'fresh', { timeout: 20_000 });
      expect(seen.fewest).to.equal(10);
    }
  });
});
