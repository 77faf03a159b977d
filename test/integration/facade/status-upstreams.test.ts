import { expect } from 'chai';
import { leasesKey } from '../../../chassis/discovery/leases.ts';
import { createNullLogger } from '../../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../../chassis/redis.ts';
import { startFakeConsul } from '../../support/registries/fake-consul.ts';
import { redisUrl, uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('The status of upstreams', () => {
  let consul: Awaited<ReturnType<typeof startFakeConsul>>;
  let upstreams: TestUpstream[];
  let facade: TestFacade | undefined;
  beforeEach(async () => {
    consul = await startFakeConsul();
    upstreams = await Promise.all([1, 2, 3].map((n) => startUpstream(json(`instance-${n}`))));
  });
  afterEach(async () => {
    await facade?.close();
    facade = undefined;
    await consul.stop();
    await Promise.all(upstreams.map((one) => one.close()));
  });

  const start = async (service: string, rest = '') => {
    facade = await startTestFacade(`
facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", drain: 200ms }
worker: { admin: "127.0.0.1:9" }
upstreams:
  legacy: { url: "${upstreams[2]!.url}" }
  service: { ${service} }
discovery: { consul: { url: "${consul.url}" } }
legacy: legacy
routes:
  - { id: r, match: { path: /r }, service: service, stage: retired }
${rest}`);
  };
  const upstream = async (name = 'service') =>
    (await facade!.status()).upstreams.find((one) => one.name === name)!;
  const instance = async (of: TestUpstream) => (await upstream()).instances.find(({ url }) => url === of.url);
  const register = (...which: TestUpstream[]) => {
    consul.set(...which.map(({ port }) => `i${port}`));
    for (const [index, one] of consul.registered().entries()) {
      one.Address = '127.0.0.1';
      one.Port = which[index]!.port;
    }
  };

  it('names the resolver: fixed ones, and a registry with the name that is looked up there', async () => {
    register(upstreams[0]!);
    await start('service: shop, registry: consul');
    expect((await upstream('legacy')).discovery).to.deep.equal({ resolver: 'static' });
    expect((await upstream()).discovery).to.deep.equal({
      ...{ resolver: 'consul', name: 'shop', known: 1 },
      ...{ state: { kind: 'fresh' }, selfPreservation: false },
    });
  });

  it('says that a registry has not answered yet', async () => {
    await consul.stop();
    await start('service: shop, registry: consul');
    const { discovery, instances } = await upstream();
    expect(discovery).to.deep.include({ known: 0, state: { kind: 'never-answered' } });
    expect(instances).to.deep.equal([]);
  });

  it('says since when the last known instances are used, and that a registry which is away is why', async () => {
    register(upstreams[0]!);
    const before = Date.now();
    await start('service: shop, registry: consul');
    await consul.stop();
    await until(async () => {
      const { discovery } = await upstream();
      return discovery.resolver !== 'static' && discovery.state.kind === 'stale';
    });
    const { discovery, instances } = await upstream();
    if (discovery.resolver === 'static' || discovery.state.kind !== 'stale') throw new Error('not stale');
    expect(discovery.state.reason).to.equal('unreachable');
    expect(discovery.state.since).to.be.within(before, Date.now());
    expect([discovery.known, discovery.selfPreservation]).to.deep.equal([1, false]);
    expect(instances.map(({ url }) => url)).to.deep.equal([upstreams[0]!.url]);
  });

  it('calls it self-preservation where a registry answers, and is not believed', async () => {
    register(upstreams[0]!);
    await start('service: shop, registry: consul');
    consul.set();
    await until(async () => {
      const { discovery } = await upstream();
      return discovery.resolver !== 'static' && discovery.selfPreservation;
    });
    expect((await upstream()).discovery).to.deep.include({ known: 1 });
    expect(JSON.stringify((await upstream()).discovery)).to.include('"reason":"emptied"');
  });

  describe('with leases', () => {
    let redis: Redis;
    let prefix: string;
    beforeEach(async () => {
      prefix = uniqueName('status');
      redis = connectRedis(redisUrl(), { purpose: 'commands', log: createNullLogger() });
      await whenRedisReady(redis);
    });
    afterEach(async () => {
      await redis.del(leasesKey(prefix, 'shop'));
      await closeRedis(redis);
    });

    it('calls it self-preservation when all have run out at once', async () => {
      const { url } = upstreams[0]!;
      await redis.zadd(leasesKey(prefix, 'shop'), 1, JSON.stringify({ id: 'a', url }));
      await start('service: shop', `store: { kind: redis, url: "${redisUrl()}", prefix: "${prefix}" }`);
      const { discovery, instances } = await upstream();
      expect(discovery).to.deep.include({ resolver: 'redis', name: 'shop', selfPreservation: true });
      expect(JSON.stringify(discovery)).to.include('"reason":"all-expired"');
      expect(instances.map((one) => one.url)).to.deep.equal([url]);
    });
  });

  it('shows instances that are healthy, ejected until a time, and new ones with their share', async () => {
    const [good, bad, late] = upstreams as [TestUpstream, TestUpstream, TestUpstream];
    register(good, bad);
    await start('service: shop, registry: consul, slowStart: 10m, retries: 0, ejection: { failures: 2 }');
    expect(await instance(bad)).to.deep.equal({
      ...{ url: bad.url, state: { kind: 'healthy' }, named: true, inflight: 0 },
    });
    bad.answer((_request, response) => response.writeHead(503).end());
    await until(async () => {
      await (await fetch(`${facade!.url}/r`)).text();
      return (await instance(bad))?.state.kind === 'ejected';
    });
    const { state } = (await instance(bad))!;
    expect(state.kind === 'ejected' && state.until).to.be.greaterThan(Date.now());
    expect((await upstream()).panic).to.equal(false);
    register(good, bad, late);
    await until(async () => (await instance(late))?.state.kind === 'slow-start');
    expect((await instance(late))!.state)
      .to.have.property('share')
      .that.is.within(0.1, 0.2);
  });

  it('shows which are being probed, which are unhealthy, and when all are used for want of good ones', async () => {
    const [good, bad, silent] = upstreams as [TestUpstream, TestUpstream, TestUpstream];
    bad.answer((_request, response) => response.writeHead(500).end());
    silent.answer(() => {});
    const urls = [good, bad, silent].map(({ url }) => `"${url}"`).join(', ');
    await start(`urls: [${urls}], panic: 70%, health: { path: /, interval: 10m, timeout: 10m }`);
    await until(async () => (await instance(good))?.probed?.kind === 'healthy');
    await until(async () => (await instance(bad))?.state.kind === 'unhealthy');
    expect((await instance(bad))!.probed).to.deep.equal({ kind: 'unhealthy', passes: 0 });
    expect(await instance(silent)).to.deep.include({
      ...{ state: { kind: 'healthy' }, probed: { kind: 'unproven' } },
    });
    expect((await upstream()).panic, 'two good ones of three are too few').to.equal(true);
    expect((await upstream('legacy')).instances[0]).not.to.have.property('probed');
  });

  it('shows one that goes on without its registry, because it proves to be well', async () => {
    const [one, other] = upstreams as [TestUpstream, TestUpstream];
    register(one, other);
    await start('service: shop, registry: consul, health: { path: /, interval: 100ms }');
    await until(async () => (await instance(other))?.probed?.kind === 'healthy');
    register(one);
    await until(async () => (await instance(other))?.named === false);
    expect((await instance(other))!.state.kind).to.equal('healthy');
    expect((await instance(one))!.named).to.equal(true);
  });
});
