import { expect } from 'chai';
import { registerInstance } from '../../../chassis/discovery/lease.ts';
import {
  giveLeaseBack,
  leaseKeys,
  leasesKey,
  redisTime,
  takeLease,
} from '../../../chassis/discovery/leases.ts';
import { createRedisResolver } from '../../../chassis/discovery/redis-resolver.ts';
import type { Resolver } from '../../../chassis/discovery/resolver.ts';
import { createLogger, createNullLogger } from '../../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../../chassis/redis.ts';
import { redisUrl, uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { type CuttableLine, startCuttableLine } from './cuttable-line.ts';

const log = createNullLogger();

describe('discovery', () => {
  let redis: Redis;
  let prefix: string;
  const resolvers: Resolver[] = [];
  const leases: { deregister(): Promise<void> }[] = [];

  beforeEach(async () => {
    prefix = uniqueName('discovery');
    redis = connectRedis(redisUrl(), { purpose: 'commands', log });
    await whenRedisReady(redis);
  });
  afterEach(async () => {
    await Promise.all(leases.splice(0).map((lease) => lease.deregister()));
    await Promise.all(resolvers.splice(0).map((resolver) => resolver.close()));
    await redis.del(leasesKey(prefix, 'catalog'));
    await closeRedis(redis);
  });

  const register = async (url: string, options: { ttl?: number; isHealthy?: () => boolean } = {}) => {
    const lease = await registerInstance({ redis, prefix, service: 'catalog', url, log, ...options });
    leases.push(lease);
    return lease;
  };
  const resolve = async (over = redis) => {
    const resolver = await createRedisResolver({
      redis: over,
      prefix,
      services: ['catalog'],
      log,
      interval: 10,
      grace: 50,
    });
    resolvers.push(resolver);
    return () =>
      resolver
        .instances('catalog')
        .map(({ url }) => url)
        .sort();
  };
  /** Leaves a lease as a killed instance leaves it: nobody renews it. */
  const abandon = (url: string, expiry: number) =>
    redis.zadd(leasesKey(prefix, 'catalog'), expiry, JSON.stringify({ id: url, url }));

  it('knows an instance as soon as it has registered, and no other service', async () => {
    await register('http://a:1');
    await register('http://b:1');
    expect((await resolve())()).to.deep.equal(['http://a:1', 'http://b:1']);
    expect(resolvers[0]?.instances('other')).to.deep.equal([]);
  });

  it('finds instances that come later, and forgets those that leave', async () => {
    const urls = await resolve();
    expect(urls()).to.deep.equal([]);
    await register('http://a:1');
    const lease = await register('http://b:1');
    await until(() => urls().length === 2);
    await lease.deregister();
    await until(() => urls().length === 1);
    await leases[0]?.deregister();
    await until(() => urls().length === 0, { what: 'the last one to leave in good order' });
  });

  it('keeps an instance for longer than one lease, while it is there', async () => {
    await register('http://a:1', { ttl: 90 });
    await abandon('http://dead:1', Date.now() + 200);
    const urls = await resolve();
    expect(urls()).to.have.length(2);
    await until(() => urls().length === 1);
    expect(urls()).to.deep.equal(['http://a:1']);
  });

  it('forgets an instance that is not healthy, and takes it back', async () => {
    let healthy = true;
    await register('http://a:1', { ttl: 3_000 });
    await register('http://b:1', { ttl: 90, isHealthy: () => healthy });
    const urls = await resolve();
    expect(urls()).to.have.length(2);
    healthy = false;
    await until(() => urls().length === 1);
    healthy = true;
    await until(() => urls().length === 2);
  });

  it('survives a health check that throws', async () => {
    await register('http://a:1', {
      isHealthy: () => {
        throw new Error('check');
      },
    });
    expect((await resolve())()).to.deep.equal([]);
  });

  it('forgets nobody when all leases run out at once', async () => {
    const soon = Date.now() + 100;
    await abandon('http://a:1', soon);
    await abandon('http://b:1', soon);
    const urls = await resolve();
    await until(() => Date.now() > soon + 50);
    expect(urls()).to.deep.equal(['http://a:1', 'http://b:1']);
    expect((await resolve())(), 'nor a facade that starts only now').to.deep.equal([
      'http://a:1',
      'http://b:1',
    ]);
    await register('http://c:1');
    await until(() => urls().join() === 'http://c:1', { what: 'the dead to go when one lives' });
  });

  it('does not bring an instance back that has just left, when its renewal is under way', async () => {
    const checks: (() => void)[] = [];
    let waiting = false;
    const lease = await registerInstance({
      redis,
      prefix,
      service: 'catalog',
      url: 'http://a:1',
      ttl: 30,
      log,
      isHealthy: () => (waiting ? new Promise((done) => checks.push(() => done(true))) : true),
    });
    waiting = true;
    await until(() => checks.length > 0);
    const left = lease.deregister();
    for (const answer of checks) answer();
    await left;
    await redis.ping();
    expect(await redis.zcard(leasesKey(prefix, 'catalog'))).to.equal(0);
  });

  it('lets no older epoch of an instance renew or give back what a newer one holds', async () => {
    const lease = (epoch: number, url: string) => ({
      ...{ prefix, service: 'catalog', epoch },
      instance: { id: 'a', url },
    });
    const [older, newer] = [lease(1, 'http://old:1'), lease(2, 'http://new:1')];
    expect(await takeLease(redis, older, 60_000)).to.equal('registered');
    expect(await takeLease(redis, newer, 60_000)).to.equal('registered');
    const urls = await resolve();
    expect(urls(), 'one instance, at its new place').to.deep.equal(['http://new:1']);
    expect(await takeLease(redis, older, 60_000)).to.equal('superseded');
    await giveLeaseBack(redis, older);
    await giveLeaseBack(redis, lease(1, 'http://new:1'));
    expect(await redis.zcard(leasesKey(prefix, 'catalog'))).to.equal(1);
    await giveLeaseBack(redis, newer);
    expect(await takeLease(redis, older, 60_000), 'after the newer has left').to.equal('superseded');
    expect(await takeLease(redis, newer, 60_000), 'a renewal that was under way').to.equal('left');
    expect(await redis.zcard(leasesKey(prefix, 'catalog'))).to.equal(0);
  });

  it('gives the lease back to the older of two processes with one id when the newer has died', async () => {
    const same = { redis, prefix, service: 'catalog', id: 'a', log };
    const newer = { prefix, service: 'catalog', instance: { id: 'a', url: 'http://new:1' } };
    leases.push(await registerInstance({ ...same, url: 'http://old:1', ttl: 90 }));
    const holder = { ...newer, epoch: (await redisTime(redis)) + 60_000_000 };
    await takeLease(redis, holder, 300);
    const urls = await resolve();
    expect(urls()).to.deep.equal(['http://new:1']);
    await until(() => urls().join() === 'http://old:1', { what: 'the older to be back' });
    await giveLeaseBack(redis, holder);
    expect(await redis.zcard(leasesKey(prefix, 'catalog')), 'what is not its own any more').to.equal(1);
    expect(await takeLease(redis, holder, 60_000), 'the newer, when it was only away').to.equal('registered');
    await until(() => urls().join() === 'http://new:1');
  });

  it('gives the lease to the later of two processes with one id, also when Redis has forgotten both', async () => {
    const same = { redis, prefix, service: 'catalog', id: 'a', ttl: 90, log };
    leases.push(await registerInstance({ ...same, url: 'http://old:1' }));
    leases.push(await registerInstance({ ...same, url: 'http://new:1' }));
    const urls = await resolve();
    await until(() => urls().join() === 'http://new:1');
    const earlier = await registerInstance({ ...same, id: 'b', url: 'http://old:2' });
    const later = await registerInstance({ ...same, id: 'b', url: 'http://new:2' });
    leases.push(earlier, later);
    await redis.del(...leaseKeys(prefix, 'catalog', 'a', 'b'));
    await until(() => urls().join() === 'http://new:1,http://new:2');
    await leases[0]?.deregister();
    await earlier.deregister();
    expect(await redis.zcard(leasesKey(prefix, 'catalog'))).to.equal(2);
  });

  it('loses nobody when Redis forgets everything, and believes those who leave afterwards', async () => {
    const awaited = 5_000;
    await register('http://a:1', { ttl: 600 });
    await register('http://b:1', { ttl: 600 });
    const resolver = await createRedisResolver({
      ...{ redis, prefix, services: ['catalog'], log, interval: 5, grace: awaited },
    });
    resolvers.push(resolver);
    const fewest = { seen: 2 };
    resolver.onChange((service) => {
      fewest.seen = Math.min(fewest.seen, resolver.instances(service).length);
    });
    const states = new Set<string>();
    await redis.del(...leaseKeys(prefix, 'catalog'));
    await until(() => {
      const state = resolver.state('catalog');
      states.add(state.kind === 'stale' ? state.reason : state.kind);
      return states.has('forgotten') && state.kind === 'fresh';
    });
    expect(fewest.seen, 'fewest instances on the way').to.equal(2);
    await leases[0]?.deregister();
    await until(() => resolver.instances('catalog').length === 1);
  });

  it('keeps those who do not come back to a Redis that has forgotten everything, until another does', async () => {
    await takeLease(
      redis,
      { prefix, service: 'catalog', epoch: 1, instance: { id: 'a', url: 'http://a:1' } },
      60_000,
    );
    const resolver = await createRedisResolver({
      ...{ redis, prefix, services: ['catalog'], log, interval: 5, grace: 50 },
    });
    resolvers.push(resolver);
    const urls = () => resolver.instances('catalog').map(({ url }) => url);
    await redis.del(...leaseKeys(prefix, 'catalog'));
    await until(() => resolver.state('catalog').kind === 'stale');
    const since = await redisTime(redis);
    await until(async () => (await redisTime(redis)) > since + 100_000, { what: 'the grace to end' });
    expect(urls()).to.deep.equal(['http://a:1']);
    await register('http://b:1');
    await until(() => urls().join() === 'http://b:1');
    expect(resolver.state('catalog')).to.deep.equal({ kind: 'fresh' });
  });

  it('says that it keeps everybody when all leases run out at once', async () => {
    await abandon('http://a:1', Date.now() - 1);
    await resolve();
    expect(resolvers[0]?.state('catalog')).to.include({ kind: 'stale', reason: 'all-expired' });
  });

  it('does not fail on an entry that it cannot read', async () => {
    await redis.zadd(leasesKey(prefix, 'catalog'), Date.now() + 60_000, 'not JSON');
    await register('http://a:1');
    expect((await resolve())()).to.deep.equal(['http://a:1']);
  });

  describe('without Redis', () => {
    let line: CuttableLine;
    const lines: Record<string, unknown>[] = [];
    let distant: Redis;

    beforeEach(async () => {
      line = await startCuttableLine(new URL(redisUrl()));
      lines.splice(0);
      const told = createLogger({ process: 'p', write: (text) => lines.push(JSON.parse(text)) });
      const url = Object.assign(new URL(redisUrl()), { port: String(line.port) }).href;
      distant = connectRedis(url, { purpose: 'commands', log: told });
      await whenRedisReady(distant);
    });
    afterEach(async () => {
      distant.disconnect();
      await line.close();
    });

    it('keeps what it knew, says so once, and goes on when it is back', async () => {
      await register('http://a:1');
      const urls = await resolve(distant);
      line.cut();
      await until(() => lines.some(({ message }) => message === 'redis is away'));
      await register('http://b:1');
      await until(() => distant.status === 'reconnecting');
      expect(urls()).to.deep.equal(['http://a:1']);
      line.mend();
      await until(() => urls().length === 2, { what: 'the second instance' });
      expect(lines.filter(({ message }) => message === 'redis is away')).to.have.length(1);
      expect(lines.filter(({ message }) => message === 'redis is back')).to.have.length(1);
    });

    it('registers again by itself when it is back, and leaves without it', async () => {
      const lease = await registerInstance({
        redis: distant,
        prefix,
        service: 'catalog',
        url: 'http://a:1',
        ttl: 60,
        log,
      });
      const urls = await resolve();
      line.cut();
      await redis.del(leasesKey(prefix, 'catalog'));
      await until(() => urls().length === 0);
      line.mend();
      await until(() => urls().length === 1);
      line.cut();
      await until(() => distant.status !== 'ready');
      await lease.deregister();
    });
  });
});
