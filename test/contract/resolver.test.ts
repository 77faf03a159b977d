import { expect } from 'chai';
import type { Clock } from '../../chassis/clock.ts';
import { createConsulResolver } from '../../chassis/discovery/consul-resolver.ts';
import { createDnsResolver } from '../../chassis/discovery/dns-resolver.ts';
import { createEurekaResolver } from '../../chassis/discovery/eureka-resolver.ts';
import type { FollowOptions } from '../../chassis/discovery/following-resolver.ts';
import { giveLeaseBack, leaseKeys, leasesKey, takeLease } from '../../chassis/discovery/leases.ts';
import { createRedisResolver } from '../../chassis/discovery/redis-resolver.ts';
import {
  createStaticResolver,
  type FollowingResolver,
  type Resolver,
} from '../../chassis/discovery/resolver.ts';
import { createSrvResolver } from '../../chassis/discovery/srv-resolver.ts';
import { createLogger, createNullLogger } from '../../chassis/log.ts';
import { closeRedis, connectRedis, whenRedisReady } from '../../chassis/redis.ts';
import { startCuttableLine } from '../integration/chassis/cuttable-line.ts';
import { createCountingClock } from '../support/counting-clock.ts';
import { startFakeConsul } from '../support/registries/fake-consul.ts';
import { startFakeDns } from '../support/registries/fake-dns.ts';
import { startFakeEureka } from '../support/registries/fake-eureka.ts';
import { redisUrl, uniqueName } from '../support/services.ts';
import { until } from '../support/wait.ts';

/** A registry in the hands of a test; instances are at port 3001 of the hosts it names. */
interface Rig {
  /** The name under which the service is followed. */
  service: string;
  open(options: FollowOptions): Promise<FollowingResolver>;
  set(...hosts: string[]): Promise<void> | void;
  /** From now on the registry names one more that nobody can read; undefined where there is no such thing. */
  spoil?: () => Promise<void> | void;
  stop(): Promise<void> | void;
  start(): Promise<void> | void;
  /** Connections that are open to the registry. */
  connections(): number;
  close(): Promise<void>;
}

const FAST = { retry: { least: 10, most: 50 }, patience: 300 };
const log = createNullLogger();
const at = (...hosts: string[]) => hosts.map((host) => `http://${host}:3001`);

/** What every resolver does, that of a fixed list too. `make` gives one that knows the service at these hosts. */
function answersAsAnyResolver(
  make: (...hosts: string[]) => Promise<{ resolver: Resolver; service: string }>,
) {
  it('knows the instances of the service, and nothing of any other', async () => {
    const { resolver, service } = await make('127.0.0.2', '127.0.0.3');
    const urls = resolver.instances(service).map(({ url }) => url);
    expect(urls.sort()).to.deep.equal(at('127.0.0.2', '127.0.0.3'));
    expect(resolver.state(service)).to.deep.equal({ kind: 'fresh' });
    for (const other of ['other', 'constructor']) {
      expect(resolver.instances(other)).to.deep.equal([]);
      expect(resolver.state(other)).to.deep.equal({ kind: 'never-answered' });
    }
  });

  it('names each instance apart, and gives the same list while nothing changes', async () => {
    const { resolver, service } = await make('127.0.0.2', '127.0.0.3');
    const list = resolver.instances(service);
    expect(new Set(list.map(({ id }) => id)).size).to.equal(2);
    expect(resolver.instances(service)).to.equal(list);
    expect(resolver.instances('other')).to.equal(resolver.instances('other'));
  });

  it('tells nobody who has left, and is closed twice without harm', async () => {
    const { resolver } = await make('127.0.0.2');
    const off = resolver.onChange(() => {
      throw new Error('told after it was left');
    });
    off();
    await resolver.close();
    await resolver.close();
  });
}

/** What every resolver at a registry does. `emptied` is its policy for an empty answer after others. */
function behavesLikeAResolver(make: () => Promise<Rig>, { emptied }: { emptied: 'believed' | 'kept' }) {
  let rig: Rig;
  let clock: Clock & { sleeping(): number };
  let lines: Record<string, unknown>[];
  const opened: FollowingResolver[] = [];

  beforeEach(async () => {
    rig = await make();
    clock = createCountingClock();
    lines = [];
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((resolver) => resolver.close()));
    await rig.close();
  });

  const open = async () => {
    const told = createLogger({ process: 'p', write: (text) => lines.push(JSON.parse(text)) });
    const resolver = await rig.open({ ...FAST, log: told, clock, random: Math.random });
    opened.push(resolver);
    return resolver;
  };
  const follow = async () => {
    const resolver = await open();
    await resolver.follow(rig.service);
    return resolver;
  };
  const urls = (resolver: FollowingResolver) =>
    resolver
      .instances(rig.service)
      .map(({ url }) => url)
      .sort();
  const becomes = (resolver: FollowingResolver, ...hosts: string[]) =>
    until(() => urls(resolver).join() === at(...hosts).join(), {
      what: `${hosts.join(' and ')} to be known`,
    });

  answersAsAnyResolver(async (...hosts) => {
    await rig.set(...hosts);
    return { resolver: await follow(), service: rig.service };
  });

  it('sees instances come and go, and tells so', async () => {
    await rig.set('127.0.0.2');
    const resolver = await follow();
    const told: string[] = [];
    const off = resolver.onChange((service) => told.push(`${service} ${urls(resolver).length}`));
    await rig.set('127.0.0.2', '127.0.0.3');
    await becomes(resolver, '127.0.0.2', '127.0.0.3');
    await rig.set('127.0.0.3');
    await becomes(resolver, '127.0.0.3');
    expect(told.at(0)).to.equal(`${rig.service} 2`);
    expect(told.at(-1)).to.equal(`${rig.service} 1`);
    off();
    const before = told.length;
    await rig.set('127.0.0.4');
    await becomes(resolver, '127.0.0.4');
    expect(told).to.have.length(before);
  });

  it('gives the same list until something changes', async () => {
    await rig.set('127.0.0.2');
    const resolver = await follow();
    const list = resolver.instances(rig.service);
    const told: string[] = [];
    resolver.onChange((service) => told.push(service));
    await rig.stop();
    await until(() => resolver.state(rig.service).kind === 'stale');
    await rig.start();
    await until(() => resolver.state(rig.service).kind === 'fresh');
    expect(resolver.instances(rig.service)).to.equal(list);
    expect(told).to.deep.equal([]);
  });

  it('keeps the last known good while the registry is away, says so once, and goes on when it is back', async () => {
    await rig.set('127.0.0.2', '127.0.0.3');
    const resolver = await follow();
    const began = Date.now();
    await rig.stop();
    await until(() => resolver.state(rig.service).kind === 'stale', { what: 'it to be stale' });
    expect(resolver.state(rig.service)).to.include({ reason: 'unreachable' });
    expect(resolver.state(rig.service)).to.have.property('since').within(began, Date.now());
    expect(urls(resolver)).to.deep.equal(at('127.0.0.2', '127.0.0.3'));
    await rig.start();
    await rig.set('127.0.0.3', '127.0.0.4');
    await becomes(resolver, '127.0.0.3', '127.0.0.4');
    expect(resolver.state(rig.service)).to.deep.equal({ kind: 'fresh' });
    const said = lines.filter(({ reason }) => reason === 'unreachable');
    expect(said, 'lines of the outage').to.have.length(1);
  });

  it('starts empty when the registry is away, and fills in later', async () => {
    await rig.set('127.0.0.2');
    await rig.stop();
    const resolver = await follow();
    expect(urls(resolver)).to.deep.equal([]);
    expect(resolver.state(rig.service)).to.deep.equal({ kind: 'never-answered' });
    await rig.start();
    await becomes(resolver, '127.0.0.2');
  });

  it('starts with what it is given until the registry has spoken', async () => {
    await rig.set('127.0.0.2');
    await rig.stop();
    const resolver = await open();
    await resolver.follow(rig.service, [{ id: 'old', url: 'http://127.0.0.9:3001' }]);
    expect(urls(resolver)).to.deep.equal(at('127.0.0.9'));
    await rig.start();
    await becomes(resolver, '127.0.0.2');
  });

  if (emptied === 'kept') {
    it('keeps the last known when there are none any more, says so, and takes the next ones', async () => {
      await rig.set('127.0.0.2');
      const resolver = await follow();
      await rig.set();
      await until(() => resolver.state(rig.service).kind === 'stale', { what: 'it to be doubted' });
      expect(resolver.state(rig.service)).to.include({ reason: 'emptied' });
      expect(urls(resolver)).to.deep.equal(at('127.0.0.2'));
      expect(lines.filter(({ reason }) => reason === 'emptied')).to.have.length(1);
      await rig.set('127.0.0.3');
      await becomes(resolver, '127.0.0.3');
      expect(resolver.state(rig.service)).to.deep.equal({ kind: 'fresh' });
    });
  } else {
    it('believes that the last instance has left', async () => {
      await rig.set('127.0.0.2');
      const resolver = await follow();
      await rig.set();
      await becomes(resolver);
      expect(resolver.state(rig.service)).to.deep.equal({ kind: 'fresh' });
    });
  }

  it('calls a service without instances fresh and empty', async () => {
    const resolver = await follow();
    expect(resolver.state(rig.service)).to.deep.equal({ kind: 'fresh' });
    expect(urls(resolver)).to.deep.equal([]);
  });

  it('refuses link-local addresses, names them in the log once, and keeps what it knew when no other is left', async () => {
    await rig.set('127.0.0.2', '169.254.169.254');
    const resolver = await follow();
    expect(urls(resolver)).to.deep.equal(at('127.0.0.2'));
    await rig.set('169.254.169.254');
    await until(() => resolver.state(rig.service).kind === 'stale');
    expect(urls(resolver)).to.deep.equal(at('127.0.0.2'));
    const refusals = lines.filter(({ message }) => message === 'an instance is refused for its address');
    expect(refusals.map(({ url }) => url)).to.deep.equal(at('169.254.169.254'));
  });

  it('passes over an entry that it cannot read, names it in the log once, and goes on with the others', async () => {
    await rig.spoil?.();
    await rig.set('127.0.0.2');
    const resolver = await follow();
    expect(urls(resolver)).to.deep.equal(at('127.0.0.2'));
    await rig.set('127.0.0.2', '127.0.0.3');
    await becomes(resolver, '127.0.0.2', '127.0.0.3');
    expect(resolver.state(rig.service)).to.deep.equal({ kind: 'fresh' });
    const said = lines.filter(({ message }) => message === 'an entry cannot be read');
    expect(said, 'lines of it').to.have.length(rig.spoil === undefined ? 0 : 1);
  });

  it('forgets a service that it follows no more', async () => {
    await rig.set('127.0.0.2');
    const resolver = await follow();
    await resolver.unfollow(rig.service);
    expect(resolver.instances(rig.service)).to.deep.equal([]);
    expect(clock.sleeping()).to.equal(0);
  });

  it('leaves no timer and no connection when it is closed, whatever it was doing', async () => {
    await rig.set('127.0.0.2');
    const resolver = await follow();
    await resolver.close();
    expect(clock.sleeping(), 'timers').to.equal(0);
    // Sooner than an idle connection would end by itself.
    await until(() => rig.connections() === 0, { timeout: 1_000, what: 'the connections to be closed' });
    await rig.stop();
    const other = await follow();
    await other.close();
    expect(clock.sleeping(), 'timers without a registry').to.equal(0);
    await rig.start();
  });
}

describe('The resolver of a fixed list', () => {
  answersAsAnyResolver(async (...hosts) => ({
    resolver: createStaticResolver({ catalog: at(...hosts) }),
    service: 'catalog',
  }));
});

describe('The resolver of leases in Redis', () => {
  behavesLikeAResolver(redisRig, { emptied: 'believed' });
});

describe('The resolver at Consul', () => {
  behavesLikeAResolver(consulRig, { emptied: 'kept' });
});

describe('The resolver at Eureka', () => {
  behavesLikeAResolver(eurekaRig, { emptied: 'kept' });
});

describe('The resolver of addresses in DNS', () => {
  behavesLikeAResolver(() => dnsRig('addresses'), { emptied: 'kept' });
});

describe('The resolver of SRV records', () => {
  behavesLikeAResolver(() => dnsRig('services'), { emptied: 'kept' });
});

async function redisRig(): Promise<Rig> {
  const prefix = uniqueName('resolver');
  const near = connectRedis(redisUrl(), { purpose: 'commands', log });
  await whenRedisReady(near);
  const line = await startCuttableLine(new URL(redisUrl()));
  const url = Object.assign(new URL(redisUrl()), { port: String(line.port) }).href;
  const far = connectRedis(url, { purpose: 'commands', log });
  await whenRedisReady(far);
  let held: string[] = [];
  /** One that has left comes back as a new process. */
  const epochs = new Map<string, number>();
  const key = leasesKey(prefix, 'catalog');
  const holder = (host: string) => ({
    ...{ prefix, service: 'catalog', epoch: epochs.get(host) ?? 1 },
    instance: { id: host, url: `http://${host}:3001` },
  });
  return {
    service: 'catalog',
    open: (options) => createRedisResolver({ ...options, redis: far, prefix, interval: 10 }),
    async set(...hosts) {
      for (const host of hosts) await takeLease(near, holder(host), 60_000);
      for (const host of held.filter((one) => !hosts.includes(one))) {
        await giveLeaseBack(near, holder(host));
        epochs.set(host, holder(host).epoch + 1);
      }
      held = hosts;
    },
    spoil: () => void near.zadd(key, Date.now() + 60_000, 'no JSON'),
    async stop() {
      line.cut();
      await until(() => far.status !== 'ready');
    },
    async start() {
      line.mend();
      await whenRedisReady(far);
    },
    // The connection is the caller's.
    connections: () => 0,
    async close() {
      await closeRedis(far);
      await near.del(...leaseKeys(prefix, 'catalog'));
      await closeRedis(near);
      await line.close();
    },
  };
}

async function consulRig(): Promise<Rig> {
  const consul = await startFakeConsul();
  return {
    ...consul,
    service: 'catalog',
    open: async (options) =>
      createConsulResolver({ ...options, url: consul.url, wait: 2_000, rate: { burst: 2, interval: 20 } }),
    close: consul.stop,
  };
}

async function eurekaRig(): Promise<Rig> {
  const eureka = await startFakeEureka();
  return {
    ...eureka,
    service: 'catalog',
    open: async (options) => createEurekaResolver({ ...options, url: eureka.url, interval: 10 }),
    set: (...hosts) => eureka.set('catalog', ...hosts),
    close: eureka.stop,
  };
}

async function dnsRig(kind: 'addresses' | 'services'): Promise<Rig> {
  const dns = await startFakeDns();
  const srv = '_http._tcp.catalog.internal';
  const lost = { name: srv, target: 'lost.internal', port: 3001, priority: 1, ttl: 60 };
  let spoilt: (typeof lost)[] = [];
  const options = { servers: [dns.server], minTtl: 10, maxTtl: 20, timeout: 100 };
  return {
    service: kind === 'addresses' ? 'http://catalog.internal:3001' : `http://${srv}`,
    open: async (more) =>
      kind === 'addresses'
        ? createDnsResolver({ ...more, ...options })
        : createSrvResolver({ ...more, ...options }),
    set(...hosts) {
      const ttl = 60;
      const target = (host: string) => `h${host.replaceAll('.', '-')}.internal`;
      if (kind === 'addresses')
        return dns.set(...hosts.map((address) => ({ name: 'catalog.internal', address, ttl })));
      dns.set(
        ...hosts.map((address) => ({ name: target(address), address, ttl })),
        ...spoilt,
        ...hosts.map((host) => ({ ...{ name: srv, target: target(host), port: 3001, priority: 1 }, ttl })),
      );
    },
    ...(kind === 'services' && {
      spoil() {
        spoilt = [lost];
        dns.breakName(lost.target);
      },
    }),
    stop: dns.stop,
    start: dns.start,
    connections: () => 0,
    close: dns.stop,
  };
}
