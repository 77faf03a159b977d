import { expect } from 'chai';
import type { Clock } from '../../chassis/clock.ts';
import { createConsulRegistrar } from '../../chassis/discovery/consul-registrar.ts';
import { createEurekaRegistrar } from '../../chassis/discovery/eureka-registrar.ts';
import { createRedisRegistrar, leasesKey } from '../../chassis/discovery/lease.ts';
import { leaseKeys, readLeases } from '../../chassis/discovery/leases.ts';
import type { Registrar, Registration } from '../../chassis/discovery/registrar.ts';
import { type KeptRegistration, keepRegistered } from '../../chassis/discovery/registration.ts';
import { createLogger, createNullLogger } from '../../chassis/log.ts';
import { closeRedis, connectRedis, whenRedisReady } from '../../chassis/redis.ts';
import { startCuttableLine } from '../integration/chassis/cuttable-line.ts';
import { createCountingClock } from '../support/counting-clock.ts';
import { startFakeConsul } from '../support/registries/fake-consul.ts';
import { startFakeEureka } from '../support/registries/fake-eureka.ts';
import { redisUrl, uniqueName } from '../support/services.ts';
import { until } from '../support/wait.ts';

/** A registry in the hands of a test. */
interface Rig {
  make(registration: Registration): Registrar;
  /** The URLs of those who may be called now. */
  callable(): Promise<string[]> | string[];
  /** Loses its memory. */
  forget(): Promise<void> | void;
  stop(): Promise<void> | void;
  start(): Promise<void> | void;
  close(): Promise<void>;
}

const log = createNullLogger();
const MINE = 'http://127.0.0.2:3001';

/** What every registrar does. */
function behavesLikeARegistrar(open: () => Promise<Rig>) {
  let rig: Rig;
  let clock: Clock & { sleeping(): number };
  let lines: Record<string, unknown>[];
  const kept: KeptRegistration[] = [];

  beforeEach(async () => {
    rig = await open();
    clock = createCountingClock();
    lines = [];
  });
  afterEach(async () => {
    await Promise.all(kept.splice(0).map((one) => one.deregister()));
    await rig.close();
  });

  const register = async (options: { id?: string; url?: string; isHealthy?: () => boolean } = {}) => {
    const { id = 'a', url = MINE, isHealthy } = options;
    const told = createLogger({ process: 'p', write: (text) => lines.push(JSON.parse(text)) });
    const registrar = rig.make({ service: 'catalog', id, url, ttl: 90 });
    const one = await keepRegistered({ registrar, log: told, clock, random: Math.random, isHealthy });
    kept.push(one);
    return one;
  };
  const becomes = (...urls: string[]) =>
    until(async () => (await rig.callable()).sort().join() === urls.join(), {
      what: `${urls.join(' and ') || 'nobody'} to be registered`,
    });

  it('has registered the instance when it resolves, and takes it out when it leaves', async () => {
    const one = await register();
    expect(await rig.callable()).to.deep.equal([MINE]);
    await one.deregister();
    expect(await rig.callable()).to.deep.equal([]);
    expect(clock.sleeping(), 'timers').to.equal(0);
  });

  it('registers again when the registry has forgotten everything, and says so', async () => {
    await register();
    await rig.forget();
    await becomes(MINE);
    const said = () => lines.some(({ message }) => String(message).startsWith('registered again'));
    await until(said, { what: 'a line of it' });
  });

  it('starts without the registry, and registers when it is there', async () => {
    await rig.stop();
    await register();
    await until(() => lines.some(({ message }) => message === 'lease not renewed'));
    await rig.start();
    await becomes(MINE);
    expect(lines.filter(({ message }) => message === 'lease not renewed')).to.have.length(1);
  });

  it('leaves without the registry, and says that it could not', async () => {
    const one = await register();
    await rig.stop();
    await one.deregister();
    expect(lines.some(({ message }) => message === 'lease not given back')).to.equal(true);
    await rig.start();
  });

  it('follows the health of the instance', async () => {
    let healthy = false;
    await register({ id: 'b', url: 'http://127.0.0.3:3001' });
    await register({ isHealthy: () => healthy });
    await becomes('http://127.0.0.3:3001');
    healthy = true;
    await becomes(MINE, 'http://127.0.0.3:3001');
    healthy = false;
    await becomes('http://127.0.0.3:3001');
  });
}

describe('The registrar of leases in Redis', () => {
  behavesLikeARegistrar(async () => {
    const prefix = uniqueName('registrar');
    const near = connectRedis(redisUrl(), { purpose: 'commands', log });
    await whenRedisReady(near);
    const line = await startCuttableLine(new URL(redisUrl()));
    const url = Object.assign(new URL(redisUrl()), { port: String(line.port) }).href;
    const far = connectRedis(url, { purpose: 'commands', log });
    await whenRedisReady(far);
    const keys = leaseKeys(prefix, 'catalog', 'a', 'b');
    return {
      make: (registration) => createRedisRegistrar({ redis: far, prefix, registration }),
      callable: async () =>
        (await readLeases(near, prefix, 'catalog')).live.map(({ instance }) => instance.url),
      forget: () => void near.del(...keys),
      async stop() {
        line.cut();
        await until(() => far.status !== 'ready');
      },
      async start() {
        line.mend();
        await whenRedisReady(far);
      },
      async close() {
        await closeRedis(far);
        await near.del(...keys, leasesKey(prefix, 'catalog'));
        await closeRedis(near);
        await line.close();
      },
    };
  });
});

describe('The registrar at Consul', () => {
  behavesLikeARegistrar(async () => {
    const consul = await startFakeConsul();
    return {
      ...consul,
      make: (registration) => createConsulRegistrar({ url: consul.url, registration }),
      callable: () =>
        consul
          .registered()
          .filter(({ status }) => status === 'passing')
          .map(({ Meta, Address, Port }) => `${Meta.scheme}://${Address}:${Port}`),
      forget: () => consul.set(),
      close: consul.stop,
    };
  });
});

describe('The registrar at Eureka', () => {
  behavesLikeARegistrar(async () => {
    const eureka = await startFakeEureka();
    return {
      ...eureka,
      make: (registration) => createEurekaRegistrar({ url: eureka.url, registration, now: () => Date.now() }),
      callable: () =>
        eureka
          .registered()
          .filter(({ status }) => status === 'UP')
          .map(({ ipAddr, port }) => `http://${ipAddr}:${port.$}`),
      close: eureka.stop,
    };
  });
});
