import { expect } from 'chai';
import { z } from 'zod';
import { createReferenceCache, type ReferenceCache, type ReferenceData } from '../../../acl/index.ts';
import {
  closeRedis,
  connectRedis,
  createNullLogger,
  type Redis,
  systemClock,
  whenRedisReady,
} from '../../../chassis/index.ts';
import { startServices } from '../../../scripts/services/start.ts';
import { redisUrl, uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';

const log = createNullLogger();
const schema = z.object({ rate: z.number() });
type Rates = z.output<typeof schema>;

/** Caches of separate processes: each with its own connection and its own copy. */
class Processes {
  readonly prefix = uniqueName('cache');
  readonly connections: Redis[] = [];
  readonly events: string[] = [];

  async cache(clock = systemClock): Promise<ReferenceCache> {
    const redis = connectRedis(redisUrl(), { purpose: 'commands', log });
    this.connections.push(redis);
    await whenRedisReady(redis);
    const observe = (_name: string, event: string) => void this.events.push(event);
    return createReferenceCache({ redis, prefix: this.prefix, log, observe, clock });
  }

  async close(): Promise<void> {
    const [first] = this.connections;
    const keys = await first!.keys(`${this.prefix}*`);
    for (const key of keys) expect(await first!.pttl(key), `${key} has a time to live`).to.be.above(0);
    if (keys.length > 0) await first!.del(...keys);
    await Promise.all(this.connections.map(closeRedis));
  }
}

/** A loader that answers when told to. */
function gatedLoader(values: number[]) {
  const gates: (() => void)[] = [];
  let loads = 0;
  const load = async (): Promise<Rates> => {
    const value = values[Math.min(loads++, values.length - 1)]!;
    await new Promise<void>((resolve) => gates.push(resolve));
    return { rate: value };
  };
  return { load, open: (index: number) => gates[index]!(), started: () => gates.length };
}

describe('the cache of reference data', () => {
  let processes: Processes;
  beforeEach(() => {
    processes = new Processes();
  });
  afterEach(() => processes.close());

  it('loads once for 200 who miss at the same time in four processes', async () => {
    const { load, open, started } = gatedLoader([19]);
    const caches = await Promise.all([1, 2, 3, 4].map(() => processes.cache()));
    const data = caches.map((cache) => cache.define({ name: 'rates', version: 1, schema, load }));
    const asked = Array.from({ length: 200 }, (_, index) => data[index % 4]!.get());
    await until(() => started() === 1);
    open(0);
    for (const value of await Promise.all(asked)) expect(value).to.deep.equal({ rate: 19 });
    expect(started()).to.equal(1);
  });

  it('never stores what was loaded before an invalidation', async () => {
    const { load, open, started } = gatedLoader([1, 2]);
    const [reader, writer] = await Promise.all([processes.cache(), processes.cache()]);
    const reading = reader.define({ name: 'rates', version: 1, schema, load });
    const writing = writer.define({ name: 'rates', version: 1, schema, load });

    const old = reading.get();
    await until(() => started() === 1);
    await writing.invalidate();
    const fresh = writing.get();
    await until(() => started() === 2);
    open(1);
    expect(await fresh).to.deep.equal({ rate: 2 });
    open(0);
    await old;
    expect(await reading.get()).to.deep.equal({ rate: 2 });
    expect(await writing.get()).to.deep.equal({ rate: 2 });
    expect(started()).to.equal(2);
  });

  it('never stores it either when nobody has asked since', async () => {
    const { load, open, started } = gatedLoader([1, 2]);
    const [reader, writer] = await Promise.all([processes.cache(), processes.cache()]);
    const reading = reader.define({ name: 'rates', version: 1, schema, load, lease: 60_000 });
    const writing = writer.define({ name: 'rates', version: 1, schema, load, lease: 60_000 });
    const old = reading.get();
    await until(() => started() === 1);
    await writing.invalidate();
    open(0);
    await old;
    const fresh = reading.get();
    await until(() => started() === 2, { what: 'a new load' });
    open(1);
    expect((await fresh).rate).to.equal(2);
  });

  it('does not give who asks after an invalidation the load from before it', async () => {
    const { load, open, started } = gatedLoader([1, 2]);
    const data = (await processes.cache()).define({ name: 'rates', version: 1, schema, load });
    const old = data.get();
    await until(() => started() === 1);
    await data.invalidate();
    const fresh = data.get();
    await until(() => started() === 2);
    open(0);
    open(1);
    expect((await old).rate).to.equal(1);
    expect((await fresh).rate).to.equal(2);
    expect((await data.get()).rate).to.equal(2);
  });

  it('serves the stale value while one loads, and when loading fails', async () => {
    let failing = false;
    const load = async () => {
      if (failing) throw new Error('legacy is down');
      return { rate: 5 };
    };
    const data = (await processes.cache()).define({ name: 'r', version: 1, schema, load, fresh: 20 });
    await data.get();
    failing = true;
    await until(async () => {
      expect((await data.get()).rate).to.equal(5);
      return processes.events.includes('load-failed');
    });
    failing = false;
    await until(async () => (await data.get()) && processes.events.at(-1) === 'load');
  });

  it('raises what the loader raised when there is no value, and asks again the next time', async () => {
    let loads = 0;
    const load = async (): Promise<Rates> => {
      loads += 1;
      if (loads === 1) throw new Error('legacy is down');
      return { rate: 1 };
    };
    const data = (await processes.cache()).define({ name: 'r', version: 1, schema, load });
    expect(await data.get().catch((error: Error) => error.message)).to.equal('legacy is down');
    expect((await data.get()).rate).to.equal(1);
  });

  it('takes a value that is no JSON or of another shape for none', async () => {
    const cache = await processes.cache();
    const data = cache.define({ name: 'r', version: 3, schema, load: async () => ({ rate: 7 }) });
    for (const damaged of ['{', '{"rate":"seven"}']) {
      await processes.connections[0]!.set(`${processes.prefix}:{r:v3}`, damaged, 'PX', 5_000);
      await processes.connections[0]!.set(`${processes.prefix}:{r:v3}:fresh`, '1', 'PX', 5_000);
      expect((await data.get()).rate).to.equal(7);
    }
  });

  it('loads after a lease holder that died, within the lease’s time', async () => {
    const cache = await processes.cache();
    await processes.connections[0]!.set(`${processes.prefix}:{r:v1}:lease`, 'dead', 'PX', 200);
    // Its own lease is longer than the test may take: who waits for that one does not answer in time.
    const data = cache.define({
      name: 'r',
      version: 1,
      schema,
      load: async () => ({ rate: 1 }),
      lease: 600_000,
    });
    expect((await data.get()).rate).to.equal(1);
  });
});

describe('the cache of reference data without Redis', function () {
  this.timeout(30_000);

  it('goes on answering from its own copy, then loads, and uses Redis again when it is back', async () => {
    const services = await startServices({ need: ['redis'], dataDir: '.data', env: {}, log: () => {} });
    const redis = connectRedis(services.redis.url, { purpose: 'commands', log });
    const events: string[] = [];
    const observe = (_name: string, event: string) => void events.push(event);
    let loads = 0;
    const load = async () => ({ rate: ++loads });
    let data: ReferenceData<Rates>;
    try {
      await whenRedisReady(redis);
      const cache = createReferenceCache({ redis, prefix: 'c', log, observe });
      data = cache.define({ name: 'r', version: 1, schema, load, fresh: 300 });
      expect((await data.get()).rate).to.equal(1);
    } finally {
      await services.stop();
    }
    try {
      await until(() => redis.status !== 'ready', { what: 'Redis to be away' });
      // Reads that each wait for the time limit of a command do not end within the test's time.
      for (let i = 0; i < 100; i++) await data.get();
      expect(events).to.include('bypass');
      await until(async () => (await data.get()).rate > 1, { what: 'its own copy to expire and a load' });
      expect(await data.invalidate().catch(() => 'rejected')).to.equal('rejected');
    } finally {
      redis.disconnect();
    }
  });
});
