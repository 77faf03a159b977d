import { expect } from 'chai';
import { systemClock } from '../../../chassis/clock.ts';
import { createDnsResolver } from '../../../chassis/discovery/dns-resolver.ts';
import type { FollowingResolver } from '../../../chassis/discovery/resolver.ts';
import { createSrvResolver } from '../../../chassis/discovery/srv-resolver.ts';
import { createNullLogger } from '../../../chassis/log.ts';
import { startFakeDns } from '../../support/registries/fake-dns.ts';
import { until } from '../../support/wait.ts';

const HOST = 'catalog.internal';
const SRV = '_http._tcp.catalog.internal';

describe('a resolver by DNS', () => {
  let dns: Awaited<ReturnType<typeof startFakeDns>>;
  let resolver: FollowingResolver;
  let slept: number[];

  beforeEach(async () => {
    dns = await startFakeDns();
    slept = [];
  });
  afterEach(async () => {
    await resolver.close();
    await dns.stop();
  });

  /** Follows a name with a clock that sleeps for 10 ms, whatever it is asked for, and remembers it. */
  const follow = async (make: typeof createDnsResolver, service: string) => {
    const clock = {
      ...systemClock,
      sleep(ms: number, signal?: AbortSignal) {
        slept.push(ms);
        return systemClock.sleep(ms === PATIENCE ? ms : 10, signal);
      },
    };
    resolver = make({
      ...{ log: createNullLogger(), clock, random: () => 0.5, patience: PATIENCE },
      ...{
        servers: [dns.server],
        minTtl: 5_000,
        maxTtl: 60_000,
        timeout: 50,
        retry: { least: 20, most: 80 },
      },
    });
    await resolver.follow(service);
    return () => resolver.instances(service).map(({ url }) => url);
  };
  const pauses = () => new Set(slept.filter((ms) => ms !== PATIENCE));
  const PATIENCE = 1_234;

  for (const { ttl, pause } of [
    { ttl: 30, pause: 30_000 },
    { ttl: 0, pause: 5_000 },
    { ttl: 86_400, pause: 60_000 },
  ]) {
    it(`looks a name of ${ttl} s to live up again after ${pause} ms`, async () => {
      dns.set({ name: HOST, address: '127.0.0.2', ttl }, { name: HOST, address: '127.0.0.3', ttl: 90_000 });
      await follow(createDnsResolver, `http://${HOST}:3001`);
      await until(() => pauses().size > 0);
      expect([...pauses()]).to.deep.equal([pause]);
    });
  }

  it('knows addresses of both families', async () => {
    dns.set({ name: HOST, address: '127.0.0.2', ttl: 1 }, { name: HOST, address: 'fd00::2', ttl: 1 });
    const urls = await follow(createDnsResolver, `http://${HOST}:3001`);
    expect(urls()).to.deep.equal(['http://127.0.0.2:3001', 'http://[fd00::2]:3001']);
  });

  it('keeps the addresses of a family that gives no answer, and follows the other', async () => {
    dns.set({ name: HOST, address: '127.0.0.2', ttl: 1 }, { name: HOST, address: 'fd00::2', ttl: 1 });
    const urls = await follow(createDnsResolver, `http://${HOST}:3001`);
    dns.behave('half');
    dns.set({ name: HOST, address: '127.0.0.3', ttl: 1 });
    await until(() => urls().includes('http://127.0.0.3:3001'));
    expect(urls()).to.deep.equal(['http://127.0.0.3:3001', 'http://[fd00::2]:3001']);
  });

  for (const manners of ['silent', 'broken'] as const) {
    it(`keeps what it knew when the server is ${manners}, and asks again with growing pauses`, async () => {
      dns.set({ name: HOST, address: '127.0.0.2', ttl: 1 });
      const urls = await follow(createDnsResolver, `http://${HOST}:3001`);
      dns.behave(manners);
      await until(() => resolver.state(`http://${HOST}:3001`).kind === 'stale');
      expect(urls()).to.deep.equal(['http://127.0.0.2:3001']);
      await until(() => pauses().has(80));
      expect([...pauses()]).to.deep.equal([5_000, 20, 40, 80]);
    });
  }

  it('uses the SRV records of the lowest priority number only, each at all addresses of its target', async () => {
    dns.set(
      { ...{ name: SRV, target: 'a.internal', port: 3001 }, priority: 1, ttl: 1 },
      { ...{ name: SRV, target: 'b.internal', port: 3002 }, priority: 1, ttl: 1 },
      { ...{ name: SRV, target: 'c.internal', port: 3003 }, priority: 2, ttl: 1 },
      ...['127.0.0.2', '127.0.0.3'].map((address) => ({ name: 'a.internal', address, ttl: 1 })),
      { name: 'b.internal', address: '127.0.0.4', ttl: 1 },
      { name: 'c.internal', address: '127.0.0.5', ttl: 1 },
    );
    const urls = await follow(createSrvResolver, `http://${SRV}`);
    expect(urls()).to.deep.equal(['http://127.0.0.2:3001', 'http://127.0.0.3:3001', 'http://127.0.0.4:3002']);
  });

  it('calls the targets of SRV records by name over https, where certificates are for names', async () => {
    dns.set({ ...{ name: SRV, target: 'a.internal', port: 443 }, priority: 1, ttl: 1 });
    const urls = await follow(createSrvResolver, `https://${SRV}`);
    expect(urls()).to.deep.equal(['https://a.internal:443']);
  });
});
