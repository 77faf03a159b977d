import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { leasesKey } from '../../../chassis/discovery/lease.ts';
import { startProcess, type TestProcess } from '../../support/processes.ts';
import { startFakeConsul } from '../../support/registries/fake-consul.ts';
import { startFakeEureka } from '../../support/registries/fake-eureka.ts';
import { redisUrl, uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { startUpstream } from './rig/upstream.ts';

/** An application that knows nothing of the kit. */
const APPLICATION = `
const http = require('node:http');
const slow = [];
const server = http.createServer((request, response) => {
  if (request.url === '/slow') { console.log('app: slow request'); slow.push(response); return; }
  if (request.url === '/free') { for (const one of slow) one.end('done'); response.end('freed'); return; }
  if (request.url === '/die') process.exit(3);
  response.end(JSON.stringify(request.headers));
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('app: listening'));
process.on('SIGTERM', () => { console.log('app: told to end'); process.exit(0); });
`;

describe('strangler sidecar', () => {
  let folder: string;
  let redis: Redis;
  let prefix: string;
  let port: number;
  let sidecar: TestProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sidecar-'));
    redis = new Redis(redisUrl());
    prefix = uniqueName('sidecar');
    // A port that was free a moment ago.
    const probe = await startUpstream((_, response) => response.end());
    port = probe.port;
    await probe.close();
    await writeFile(path.join(folder, 'app.cjs'), APPLICATION);
    await configure(`store: { kind: redis, url: "${redisUrl()}", prefix: ${prefix} }`);
  });
  afterEach(async () => {
    await sidecar?.stop();
    sidecar = undefined;
    await redis.del(leasesKey(prefix, 'shop'));
    await redis.quit();
    await rm(folder, { recursive: true });
  });

  const configure = (sections: string, keys = '') =>
    writeFile(
      path.join(folder, 'sidecar.yaml'),
      `sidecar:
  service: shop
  app: http://127.0.0.1:${port}
  listen: 127.0.0.1:0
  admin: 127.0.0.1:0
  health: { path: /health, interval: 50ms }
  settle: 50ms
${keys}
${sections}
`,
    );
  const start = async (...command: string[]) => {
    const config = path.join(folder, 'sidecar.yaml');
    sidecar = startProcess('cli/main.ts', ['sidecar', '--config', config, ...command]);
    const line = await sidecar.json(({ message }) => message === 'facade listening');
    return { one: sidecar, url: String(line.url), admin: String(line.admin) };
  };
  const withApp = () => start('--', process.execPath, path.join(folder, 'app.cjs'), String(port));
  const leases = async () =>
    (await redis.zrange(leasesKey(prefix, 'shop'), '0', '-1')).map((one) => JSON.parse(one).url);
  const registered = (url: string) =>
    until(async () => (await leases()).includes(url), { what: 'the lease to be taken' });
  const ready = async (admin: string) => (await fetch(`${admin}/health/ready`)).status;

  it('stands before the application, and registers it when it is well and no longer when it is not', async () => {
    const { url, admin } = await start();
    expect((await fetch(`${url}/`)).status).to.equal(502);
    expect(await ready(admin)).to.equal(503);
    expect(await leases()).to.deep.equal([]);

    let status = 200;
    const app = await startUpstream((_, response) => response.writeHead(status).end(), port);
    await registered(url);
    expect(await ready(admin)).to.equal(200);
    status = 500;
    await until(async () => (await ready(admin)) === 503, { what: 'the sidecar not to be ready' });
    await app.close();
  });

  it('passes requests with an id and a trace, and tells of them', async () => {
    const { one, url, admin } = await withApp();
    await registered(url);
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
    const answer = await fetch(`${url}/here`, { headers: { traceparent, 'x-request-id': 'mine' } });
    const seen = (await answer.json()) as Record<string, string>;
    expect(seen).to.include({ traceparent, 'x-request-id': 'mine', 'x-forwarded-for': '127.0.0.1' });
    const begun = (await (await fetch(`${url}/here`)).json()) as Record<string, string>;
    expect(begun.traceparent).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);

    const line = await one.json(({ requestId }) => requestId === 'mine');
    expect(line).to.include({ upstream: 'shop', status: 200, traceId: trace, process: 'sidecar' });
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    expect(metrics).to.match(/strangler_facade_requests_total\{[^}]*upstream="shop"[^}]*\} 2/);
  });

  it('on SIGTERM gives its lease back, finishes what is under way, and ends the application last', async () => {
    const { one, url } = await withApp();
    await registered(url);
    const slow = fetch(`${url}/slow`);
    await one.line(/app: slow request/);
    one.child.kill('SIGTERM');
    await until(async () => (await leases()).length === 0, { what: 'the lease to be given back' });
    expect(one.output()).not.to.include('app: told to end');
    await fetch(`http://127.0.0.1:${port}/free`);
    expect(await (await slow).text()).to.equal('done');
    expect(await one.ended).to.equal(0);
    expect(one.output()).to.match(/app: told to end[\s\S]*application ended/);
  });

  it('answers no aggregate of a file that it shares with a facade, and no route', async () => {
    await configure(
      `upstreams: { legacy: { url: "http://127.0.0.1:1" }, catalog: { url: "http://127.0.0.1:1" } }
legacy: legacy
routes:
  - { id: r, match: { path: /r }, service: catalog, stage: live }
aggregate:
  - { id: page, match: { path: "/page/:id" }, parts: { a: { upstream: legacy, path: "/x/:id", required: true } } }`,
      '  register: false',
    );
    const { url } = await withApp();
    await until(async () => (await fetch(`${url}/`)).status === 200, { what: 'the application to answer' });
    expect([(await fetch(`${url}/page/1`)).status, (await fetch(`${url}/r`)).status]).to.deep.equal([
      200, 200,
    ]);
  });

  it('lets in what the limits of the facade let in', async () => {
    await configure('facade: { limits: { body: 1KiB }, hosts: [127.0.0.1] }', '  register: false');
    const { url } = await withApp();
    await until(async () => (await fetch(`${url}/`)).status === 200, { what: 'the application to answer' });
    const post = (size: number) => fetch(`${url}/`, { method: 'POST', body: 'x'.repeat(size) });
    expect((await post(1_024)).status).to.equal(200);
    expect((await post(1_025)).status).to.equal(413);
    expect((await fetch(`${url.replace('127.0.0.1', 'localhost')}/`)).status).to.equal(421);
  });

  /** Where the sidecar registers besides Redis: the section of the config, and who may be called there. */
  const registries = {
    async consul() {
      const consul = await startFakeConsul();
      const called = () => consul.registered().filter(({ status }) => status === 'passing');
      return { ...consul, called: () => called().map(({ Address, Port }) => `http://${Address}:${Port}`) };
    },
    async eureka() {
      const eureka = await startFakeEureka();
      const called = () => eureka.registered().filter(({ status }) => status === 'UP');
      return { ...eureka, called: () => called().map(({ ipAddr, port: { $ } }) => `http://${ipAddr}:${$}`) };
    },
  };
  for (const [name, open] of Object.entries(registries)) {
    it(`registers at ${name} once the application is well, says how it is, and leaves there before it drains`, async () => {
      const registry = await open();
      await configure(`discovery: { ${name}: { url: "${registry.url}" } }`, `  registry: ${name}`);
      const { one, url, admin } = await start();
      expect(await ready(admin)).to.equal(503);
      expect(registry.asked, 'nothing is said of an application that is not well').to.deep.equal([]);

      let status = 200;
      const slow: ServerResponse[] = [];
      const app = await startUpstream((request, response) => {
        if (request.url === '/slow') slow.push(response);
        else response.writeHead(status).end();
      }, port);
      const calledAre = (...urls: string[]) =>
        until(() => registry.called().join() === urls.join(), {
          what: `${urls.join() || 'nobody'} to be called`,
        });
      await calledAre(url);
      status = 500;
      await calledAre();
      status = 200;
      await calledAre(url);

      const answer = fetch(`${url}/slow`);
      await until(() => slow.length === 1, { what: 'the slow request' });
      one.child.kill('SIGTERM');
      await until(() => registry.registered().length === 0, { what: 'the registration to be given back' });
      expect(one.child.exitCode).to.equal(null);
      slow[0]!.end('done');
      expect(await (await answer).text()).to.equal('done');
      expect(await one.ended).to.equal(0);
      await app.close();
      await registry.stop();
    });
  }

  it('ends with an error when the application ends by itself', async () => {
    const { one, url } = await withApp();
    await registered(url);
    await fetch(`${url}/die`).catch(() => {});
    expect(await one.ended).to.equal(70);
    expect(await leases()).to.deep.equal([]);
  });

  it('says what is wrong when it cannot start', async () => {
    const config = path.join(folder, 'sidecar.yaml');
    const absent = startProcess('cli/main.ts', ['sidecar', '--config', config, '--', '/no/such/program']);
    expect(await absent.ended).to.equal(2);
    expect(absent.output()).to.include('SIDECAR_COMMAND_FAILED: The application /no/such/program');

    await writeFile(config, 'upstreams: { legacy: { url: "http://127.0.0.1:1" } }\nlegacy: legacy\n');
    const missing = startProcess('cli/main.ts', ['sidecar', '--config', config]);
    expect(await missing.ended).to.equal(2);
    expect(missing.output()).to.include('SIDECAR_MISSING: Found no `sidecar:`');

    await configure('', '  registry: consul');
    const unplaced = startProcess('cli/main.ts', ['sidecar', '--config', config]);
    expect(await unplaced.ended).to.equal(2);
    expect(unplaced.output()).to.include('found registry "consul" without discovery.consul');

    await writeFile(config, 'sidecar: { service: shop, app: "http://127.0.0.1:1", listen: "0.0.0.0:0" }\n');
    const nowhere = startProcess('cli/main.ts', ['sidecar', '--config', config]);
    expect(await nowhere.ended).to.equal(2);
    expect(nowhere.output()).to.include('SIDECAR_ADVERTISE_MISSING');
  });
});
