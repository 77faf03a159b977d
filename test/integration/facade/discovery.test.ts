import { createServer } from 'node:http';
import { expect } from 'chai';
import { parseConfig } from '../../../chassis/config/load.ts';
import { type Listening, listen } from '../../../chassis/http/server.ts';
import { createLifecycle } from '../../../chassis/lifecycle.ts';
import { createNullLogger } from '../../../chassis/log.ts';
import { createDiscovery } from '../../../facade/discovery.ts';
import { startFakeConsul } from '../../support/registries/fake-consul.ts';
import { startFakeDns } from '../../support/registries/fake-dns.ts';
import { until } from '../../support/wait.ts';
import { startTestFacade, type TestFacade } from './rig/facade.ts';

describe('Discovery at the facade', () => {
  let consul: Awaited<ReturnType<typeof startFakeConsul>>;
  let dns: Awaited<ReturnType<typeof startFakeDns>>;

  beforeEach(async () => {
    consul = await startFakeConsul();
    dns = await startFakeDns();
  });
  afterEach(async () => {
    await consul.stop();
    await dns.stop();
  });

  const text = (upstreams: string, discovery = '') => `
facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", drain: 200ms }
worker: { admin: "127.0.0.1:9" }
upstreams:
${upstreams}
discovery: { consul: { url: "${consul.url}" }, dns: { servers: ["${dns.server}"], minTtl: 100ms }${discovery} }
legacy: legacy
`;

  describe('of a running one', () => {
    let backend: Listening;
    let facade: TestFacade;

    beforeEach(async () => {
      const server = createServer((_, response) => response.end('here'));
      backend = await listen(server, { host: '127.0.0.1', port: 0 });
    });
    afterEach(async () => {
      await facade.close();
      await backend.close(0);
    });
    const port = () => new URL(backend.url).port;
    const ask = async () => (await fetch(facade.url)).text();

    it('finds an upstream in DNS, and moves it to Consul without a failed request', async () => {
      dns.set({ name: 'shop.internal', address: '127.0.0.1', ttl: 1 });
      facade = await startTestFacade(text(`  legacy: { dns: "http://shop.internal:${port()}" }`));
      expect(await ask()).to.equal('here');
      const answers: string[] = [];
      let asking = true;
      const load = (async () => {
        while (asking) answers.push(await ask());
      })();
      consul.set('127.0.0.1');
      const [service] = consul.registered();
      service!.Port = Number(port());
      await facade.edit(text('  legacy: { service: shop, registry: consul }'));
      const moved = () => facade.log.some(({ message }) => message === 'config in force');
      await until(moved, { what: 'the edit to be in force' });
      const more = answers.length + 20;
      await until(() => answers.length > more);
      asking = false;
      await load;
      expect(new Set(answers)).to.deep.equal(new Set(['here']));
    });

    it('answers 503 for an upstream of which no instance is known, and says when to ask again', async () => {
      facade = await startTestFacade(text('  legacy: { service: nobody, registry: consul }'));
      const answer = await fetch(facade.url);
      expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '5']);
      expect(await answer.json()).to.include({ status: 503, code: 'UPSTREAM_ABSENT' });
    });

    it('asks another Consul from when an edit says so', async () => {
      const other = createServer((_, response) => response.end('there'));
      const elsewhere = await listen(other, { host: '127.0.0.1', port: 0 });
      const second = await startFakeConsul();
      for (const [registry, at] of [
        [consul, backend],
        [second, elsewhere],
      ] as const) {
        registry.set('127.0.0.1');
        registry.registered()[0]!.Port = Number(new URL(at.url).port);
      }
      const before = text('  legacy: { service: shop, registry: consul }');
      facade = await startTestFacade(before);
      expect(await ask()).to.equal('here');
      await facade.edit(before.replace(consul.url, second.url));
      await until(async () => (await ask()) === 'there', { what: 'the other instance to answer' });
      await until(() => consul.connections() === 0, { what: 'the line to the first to be closed' });
      await elsewhere.close(0);
      await second.stop();
    });

    it('tells in its metrics what it knows and how far that can be trusted', async () => {
      dns.set({ name: 'shop.internal', address: '127.0.0.1', ttl: 1 });
      const upstreams = `  legacy: { dns: "http://shop.internal:${port()}" }
  catalog: { service: catalog, registry: consul }
  fixed: { url: "http://127.0.0.1:9" }`;
      await consul.stop();
      facade = await startTestFacade(text(upstreams));
      const metric = async (pattern: RegExp) => pattern.exec(await facade.metrics())?.[1];
      const state = (upstream: string) =>
        metric(
          new RegExp(`^strangler_discovery_state\\{.*upstream="${upstream}".*state="([a-z-]+)".*\\} 1$`, 'm'),
        );
      expect(await state('legacy')).to.equal('fresh');
      expect(await state('catalog')).to.equal('never-answered');
      expect(await state('fixed')).to.equal(undefined);
      expect(await metric(/^strangler_discovery_instances\{.*upstream="legacy".*\} (\d+)$/m)).to.equal('1');
      dns.behave('broken');
      await until(async () => (await state('legacy')) === 'unreachable');
      const stale = await metric(/^strangler_discovery_stale_seconds\{.*upstream="legacy".*\} ([\d.e-]+)$/m);
      expect(Number(stale)).to.be.greaterThan(0);
      expect(await ask(), 'while DNS is broken').to.equal('here');
    });
  });

  describe('as configs come and go', () => {
    const lifecycle = () => createLifecycle({ log: createNullLogger() });
    const config = (upstreams: string, discovery?: string) =>
      parseConfig(text(`  legacy: { url: "http://127.0.0.1:9" }\n${upstreams}`, discovery), 'f', {}).config;

    it('follows what is named, keeps apart what has one name in two places, and gives up what is not', async () => {
      const life = lifecycle();
      const discovery = createDiscovery({ log: createNullLogger(), lifecycle: life });
      consul.set('127.0.0.2');
      dns.set({ name: 'catalog', address: '127.0.0.3', ttl: 1 });
      const both = config(`  a: { service: "//catalog", registry: consul }\n  b: { dns: "http://catalog" }`);
      await discovery.learn(both);
      await discovery.settle(both);
      const [a, b] = [both.upstreams.a!.where, both.upstreams.b!.where].map((where) =>
        where.kind === 'discovery' ? where.service : '',
      );
      expect(discovery.instances(a!).map(({ url }) => url)).to.deep.equal(['http://127.0.0.2:3001']);
      expect(discovery.instances(b!).map(({ url }) => url)).to.deep.equal(['http://127.0.0.3:80']);

      const one = config('  b: { dns: "http://catalog" }');
      await discovery.learn(one);
      expect(discovery.instances(a!), 'before the edit is in force').to.have.length(1);
      await discovery.settle(one);
      expect(discovery.instances(a!), 'for requests of before').to.have.length(1);
      await until(() => consul.connections() === 0, { what: 'the line to Consul to be closed' });
      await discovery.settle(one);
      expect(discovery.instances(a!)).to.deep.equal([]);
      await life.close();
    });

    it('asks where an edit says, from when it is in force, with what was known until then', async () => {
      const life = lifecycle();
      const discovery = createDiscovery({ log: createNullLogger(), lifecycle: life });
      const told: string[] = [];
      discovery.onChange((service) => told.push(service));
      consul.set('127.0.0.2');
      const upstreams = '  a: { service: catalog, registry: consul }';
      const first = config(upstreams);
      await discovery.learn(first);
      await discovery.settle(first);
      const hosts = () => discovery.instances('consul:catalog').map(({ url }) => new URL(url).hostname);
      const [second, third] = [await startFakeConsul(), await startFakeConsul()];
      const at = ({ url }: { url: string }) =>
        parseConfig(
          text(`  legacy: { url: "http://127.0.0.1:9" }\n${upstreams}`).replace(consul.url, url),
          'f',
          {},
        ).config;
      second.set('127.0.0.3');
      await discovery.learn(at(second));
      expect(hosts(), 'before the edit is in force').to.deep.equal(['127.0.0.2']);
      await discovery.settle(at(second));
      expect(hosts(), 'from when it is').to.deep.equal(['127.0.0.3']);
      await third.stop();
      await discovery.learn(at(third));
      await discovery.settle(at(third));
      expect(hosts(), 'handed down').to.deep.equal(['127.0.0.3']);
      expect(discovery.state('consul:catalog')).to.deep.equal({ kind: 'never-answered' });
      await third.start();
      third.set('127.0.0.4');
      await until(() => hosts().join() === '127.0.0.4');
      expect(told.at(-1)).to.equal('consul:catalog');
      await life.close();
      await second.stop();
      await third.stop();
    });
  });
});
