import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { leasesKey } from '../../../chassis/discovery/lease.ts';
import { startProcess, type TestProcess } from '../../support/processes.ts';
import { redisUrl, uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { type Load, startLoad } from './rig/load.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('SIGTERM under load costs no request', function () {
  this.timeout(90_000);
  let folder: string;
  let prefix: string;
  let redis: Redis;
  let upstreams: TestUpstream[];
  let processes: TestProcess[];
  let facade: TestFacade | undefined;
  let load: Load | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sigterm-'));
    prefix = uniqueName('sigterm');
    redis = new Redis(redisUrl());
    upstreams = [];
    processes = [];
    facade = undefined;
    load = undefined;
  });
  afterEach(async () => {
    await load?.stop();
    await facade?.close();
    await Promise.all(processes.map((one) => one.stop('SIGKILL')));
    await Promise.all(upstreams.map((one) => one.close()));
    await redis.del(leasesKey(prefix, 'shop'));
    await redis.quit();
    await rm(folder, { recursive: true });
  });

  const upstream = async (name: string) => {
    const one = await startUpstream((request, response) => {
      request.resume().once('end', () => setTimeout(() => json(name)(request, response), 5));
    });
    upstreams.push(one);
    return one;
  };
  const store = () => `store: { kind: redis, url: "${redisUrl()}", prefix: ${prefix} }`;
  /** A facade in this process before two instances of `shop`. */
  const startFacade = async (settings = '') => {
    const legacy = await upstream('legacy');
    facade = await startTestFacade(`
facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", drain: 200ms, accessLog: false }
worker: { admin: "127.0.0.1:9" }
upstreams:
  legacy: { url: "${legacy.url}" }
  service: { service: shop, slowStart: 0s${settings} }
legacy: legacy
routes:
${route('r', 'path: /api/:id, methods: [GET, POST]', 'retired')}${store()}`);
    await until(async () => (await instances()).length === 2, { what: 'two instances', timeout: 30_000 });
    return facade;
  };
  const instances = async () => {
    const { upstreams: all } = await facade!.status();
    return all.find(({ name }) => name === 'service')!.instances;
  };
  /** Ends one of two instances under load; gives what failed. */
  const endOne = async (one: TestProcess) => {
    load = startLoad(`${facade!.url}/api/1`);
    await load.more();
    one.child.kill('SIGTERM');
    expect(await one.ended).to.equal(0);
    await load.more();
    expect(await instances()).to.have.length(1);
    return load.stop();
  };

  for (const [what, settings] of [
    ['', ''],
    [' and probed', ', health: { path: /health/ready, interval: 200ms }'],
  ])
    it(`of a service of the kit that is leased${what}`, async () => {
      for (let count = 0; count < 2; count += 1)
        processes.push(startProcess('test/integration/facade/rig/kit-service.ts', [redisUrl(), prefix]));
      await startFacade(settings);
      expect(await endOne(processes[0]!)).to.deep.equal([]);
    });

  const startSidecar = async (name: string, keys: string) => {
    const app = await upstream(name);
    const file = path.join(folder, `${name}.yaml`);
    await writeFile(
      file,
      `facade: { accessLog: false }
sidecar: { service: shop, app: "${app.url}", listen: "127.0.0.1:0", admin: "127.0.0.1:0"${keys} }
${store()}`,
    );
    processes.push(startProcess('cli/main.ts', ['sidecar', '--config', file]));
  };
  for (const [what, keys] of [
    ['elsewhere than it asks itself', ''],
    ['where it asks itself', ', health: { path: /health }'],
  ] as const)
    it(`of a sidecar whose facade probes it ${what}`, async () => {
      await startSidecar('one', keys);
      await startSidecar('other', keys);
      await startFacade(', health: { path: /health, interval: 200ms }');
      expect(await endOne(processes[0]!)).to.deep.equal([]);
    });

  it('of a facade, for clients that follow its readiness; it is not ready before its listener closes', async () => {
    const legacy = await upstream('legacy');
    const file = path.join(folder, 'facade.yaml');
    await writeFile(
      file,
      `facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", settle: 1s, accessLog: false }
upstreams: { legacy: { url: "${legacy.url}" } }
legacy: legacy
routes: []
`,
    );
    const one = startProcess('cli/main.ts', ['facade', '--config', file]);
    processes.push(one);
    const line = await one.json(({ message }) => message === 'facade listening', 30_000);
    const [url, admin] = [String(line.url), String(line.admin)];
    const status = async (where: string) => (await fetch(where).catch(() => undefined))?.status;
    let isReady = true;
    load = startLoad(url, { may: () => isReady });
    await load.more();
    one.child.kill('SIGTERM');
    await until(async () => (await status(`${admin}/health/ready`)) === 503, {
      interval: 5,
      what: 'the facade to be not ready',
    });
    await load.more();
    const last = await fetch(url);
    expect([last.status, last.headers.get('connection')]).to.deep.equal([200, 'close']);
    isReady = false;
    expect(await load.stop()).to.deep.equal([]);
    expect(await one.ended).to.equal(0);
  });
});
