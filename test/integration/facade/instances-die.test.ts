import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createRedisRegistrar, leasesKey } from '../../../chassis/discovery/lease.ts';
import { NOBODY } from '../../support/nobody.ts';
import { startProcess, type TestProcess } from '../../support/processes.ts';
import { redisUrl, uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { configWith, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { type Load, startLoad } from './rig/load.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

forEachForwarder('Instances that die under load', () => {
  let legacy: TestUpstream;
  let processes: TestProcess[];
  let facade: TestFacade;
  let loads: Load[];
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    processes = [];
    loads = [];
  });
  afterEach(async () => {
    const stopped = loads.map((one) => one.stop());
    await facade.close();
    await Promise.all(stopped);
    await Promise.all(processes.map((one) => one.stop('SIGKILL')));
    await legacy.close();
  });

  const instance = async () => {
    const one = startProcess('test/integration/facade/rig/instance.ts');
    processes.push(one);
    const { port } = await one.json(({ message }) => message === 'instance', 30_000);
    return { one, url: `http://127.0.0.1:${port}` };
  };
  const start = async (service: string, rest = '') => {
    const routes = route('r', 'path: /api/:id, methods: [GET, POST]', 'retired');
    const upstream = { legacy: legacy.url, service: `${service}, slowStart: 0s` };
    facade = await startTestFacade(configWith({ ...upstream, routes, extra: rest }));
  };
  /** Exchanges under way with the instance. */
  const inflightAt = async (where: string) => {
    const { upstreams } = await facade.status();
    const { instances } = upstreams.find(({ name }) => name === 'service')!;
    return instances.find(({ url }) => url === where)!.inflight;
  };
  const load = (clients: number, body?: string) => {
    const made = startLoad(`${facade.url}/api/1`, { clients, bodyOf: () => body });
    loads.push(made);
    return made;
  };

  it('cost no read when they are killed, and of the writes those that they had', async () => {
    const [one, other] = [await instance(), await instance()];
    await start(`urls: ["${one.url}", "${other.url}"], timeout: 9s`);
    const reads = load(4);
    const writes = load(32, 'x');
    await writes.more();
    // Stopped, it keeps what it has, so that this can be counted before it dies.
    one.one.child.kill('SIGSTOP');
    const had = await until(async () => {
      const before = await inflightAt(one.url);
      await writes.more();
      return (await inflightAt(one.url)) === before ? before : undefined;
    });
    one.one.child.kill('SIGKILL');
    await writes.more();
    expect(await reads.stop(), 'reads').to.deep.equal([]);
    expect((await writes.stop()).length, 'writes').to.be.at.most(had);
    expect(reads.lastInstance()).to.equal(String(other.one.pid));
  });

  it('cost nothing once they are gone: what found no connection was not sent, and goes elsewhere with its body', async () => {
    const lengths = new Set<number>();
    const other = await startUpstream(async (request, response) => {
      lengths.add((await request.toArray()).reduce((sum, chunk) => sum + chunk.length, 0));
      response.end('ok');
    });
    await start(`urls: ["${NOBODY}", "${other.url}"], retries: 0, ejection: { maxEjected: 0% }`);
    const body = 'x'.repeat(100_000);
    const writes = load(32, body);
    await writes.more(400);
    expect(await writes.stop()).to.deep.equal([]);
    expect([...lengths]).to.deep.equal([body.length]);
    await other.close();
    const metric = /^strangler_upstream_retries_total\{[^}]*reason="unconnected"[^}]*\} (\d+)/m;
    expect(Number(metric.exec(await facade.metrics())?.[1])).to.be.at.least(100);
  });

  it('cost nothing when they leave their registry first and then end', async () => {
    const [one, other] = [await instance(), await instance()];
    const prefix = uniqueName('die');
    const redis = new Redis(redisUrl());
    const lease = (id: string, url: string) =>
      createRedisRegistrar({ redis, prefix, registration: { service: 'shop', id, url, ttl: 60_000 } });
    const [first, second] = [lease('one', one.url), lease('other', other.url)];
    await first.announce(true, AbortSignal.timeout(9_000));
    await second.announce(true, AbortSignal.timeout(9_000));
    try {
      await start('service: shop', `store: { kind: redis, url: "${redisUrl()}", prefix: ${prefix} }`);
      const reads = load(4);
      const writes = load(4, 'x');
      await reads.more();
      await first.leave();
      const named = async () =>
        (await facade.status()).upstreams
          .find(({ name }) => name === 'service')!
          .instances.map(({ url }) => url);
      await until(async () => (await named()).join() === other.url, { timeout: 30_000 });
      one.one.child.kill('SIGTERM');
      expect(await one.one.ended).to.equal(0);
      await reads.more();
      expect([...(await reads.stop()), ...(await writes.stop())]).to.deep.equal([]);
    } finally {
      await redis.del(leasesKey(prefix, 'shop'));
      await redis.quit();
    }
  });
});
