import { expect } from 'chai';
import { createNullLogger } from '../../chassis/log.ts';
import {
  closeRedis,
  connectRedis,
  type Redis,
  type RedisPurpose,
  whenRedisReady,
} from '../../chassis/redis.ts';
import {
  createMemoryLimiter,
  createRedisLimiter,
  type Limit,
  type Limiter,
} from '../../facade/gateway/limiter.ts';
import { createPrivateRedis, type PrivateRedis } from '../support/private-redis.ts';
import { redisUrl, uniqueName } from '../support/services.ts';
import { until } from '../support/wait.ts';

const limit = (requests: number, rest: Partial<Limit> = {}): Limit => ({
  ...{ counter: `facade:${requests}/60000`, requests, per: 60_000, ...rest },
});
const kinds = async (limiter: Limiter, count: number, of: Limit, key = 'k') => {
  const counts = await Promise.all(Array.from({ length: count }, () => limiter.count(of, key)));
  const within = counts.filter(({ kind }) => kind === 'within').length;
  return { within, exceeded: counts.filter(({ kind }) => kind === 'exceeded').length };
};

/** What every limiter does. */
function behavesLikeALimiter(make: () => Limiter) {
  let limiter: Limiter;
  beforeEach(() => {
    limiter = make();
  });

  it('counts down, then says how long it lasts', async () => {
    const remaining = [];
    for (let index = 0; index < 3; index += 1) {
      const count = await limiter.count(limit(3), 'k');
      if (count.kind === 'within') remaining.push(count.remaining);
    }
    expect(remaining).to.deep.equal([2, 1, 0]);
    const over = await limiter.count(limit(3), 'k');
    expect(over.kind).to.equal('exceeded');
    expect('reset' in over && over.reset).to.be.within(1, 60_000);
  });

  it('lets exactly the limit through of many at once', async () => {
    expect(await kinds(limiter, 50, limit(10))).to.deep.equal({ within: 10, exceeded: 40 });
  });

  it('counts each key and each limit apart', async () => {
    expect((await kinds(limiter, 5, limit(3), 'a')).within).to.equal(3);
    expect((await kinds(limiter, 5, limit(3), 'b')).within).to.equal(3);
    expect((await kinds(limiter, 5, limit(3, { counter: 'of:r:3/60000' }), 'a')).within).to.equal(3);
  });

  it('is not held up by who goes on asking: the window ends when it said', async () => {
    const short = limit(2, { counter: 'short', per: 1_000 });
    await kinds(limiter, 10, short);
    await until(async () => (await limiter.count(short, 'k')).kind === 'within', {
      what: 'the next window',
    });
  });
}

describe('Limiter: in memory', () => {
  behavesLikeALimiter(createMemoryLimiter);

  it('keeps a window that is longer than a timer can be, for each key, and then begins another', async () => {
    const per = 30 * 86_400_000;
    const month = limit(2, { counter: 'month', per });
    let now = 1;
    const one = createMemoryLimiter(() => now);
    expect(await kinds(one, 5, month, 'a')).to.deep.equal({ within: 2, exceeded: 3 });
    now += 1_000;
    expect(await kinds(one, 5, month, 'b')).to.deep.equal({ within: 2, exceeded: 3 });
    now = per;
    expect(await one.count(month, 'a')).to.deep.equal({ kind: 'exceeded', reset: 1 });
    now += 1;
    expect(await one.count(month, 'a')).to.deep.equal({ kind: 'within', remaining: 1, reset: per });
    expect(await one.count(month, 'b')).to.deep.equal({ kind: 'exceeded', reset: 1_000 });
  });
});

describe('Limiter: in Redis', () => {
  let redis: Redis[];
  let prefix: string;
  const connect = async (url = redisUrl(), purpose: RedisPurpose = 'commands') => {
    const one = connectRedis(url, { purpose, log: createNullLogger() });
    redis.push(one);
    await whenRedisReady(one);
    return one;
  };
  beforeEach(async () => {
    redis = [];
    prefix = uniqueName('limits');
    await connect();
  });
  afterEach(async () => {
    const keys = await redis[0]!.keys(`${prefix}:*`);
    if (keys.length > 0) await redis[0]!.del(...keys);
    for (const one of redis) await closeRedis(one);
  });

  it('keeps a window that is longer than a timer can be', async () => {
    const limiter = createRedisLimiter(redis[0]!, prefix, () => 0);
    const month = limit(2, { counter: 'month', per: 30 * 86_400_000 });
    expect(await kinds(limiter, 5, month)).to.deep.equal({ within: 2, exceeded: 3 });
  });

  behavesLikeALimiter(() => createRedisLimiter(redis[0]!, prefix, () => performance.now()));

  it('lets no more through when several count the same key on connections of their own', async () => {
    const limiters = await Promise.all(
      Array.from({ length: 4 }, async () => createRedisLimiter(await connect(), prefix, () => 0)),
    );
    const all = await Promise.all(limiters.map((one) => kinds(one, 25, limit(30))));
    expect(all.reduce((sum, { within }) => sum + within, 0)).to.equal(30);
  });

  it('leaves nothing in Redis for ever', async () => {
    const limiter = createRedisLimiter(redis[0]!, prefix, () => 0);
    await kinds(limiter, 5, limit(3));
    const keys = await redis[0]!.keys(`${prefix}:*`);
    expect(keys).to.have.length(1);
    expect(await redis[0]!.pttl(keys[0]!)).to.be.within(1, 60_000);
  });

  describe('that fails', () => {
    let server: PrivateRedis;
    let now: number;
    let limiter: Limiter;
    let connection: Redis;
    beforeEach(async () => {
      server = await createPrivateRedis();
      await server.start();
      now = 0;
      connection = await connect(server.url);
      limiter = createRedisLimiter(connection, prefix, () => now);
    });
    afterEach(async () => {
      server.resume();
      await server.stop();
    });
    const kind = async () => (await limiter.count(limit(3), 'k')).kind;

    it('is lost while it is away, and counts again, from the beginning, when it is back', async () => {
      expect(await kinds(limiter, 5, limit(3))).to.deep.equal({ within: 3, exceeded: 2 });
      await server.stop();
      expect(await kind()).to.equal('store-lost');
      await server.start();
      await whenRedisReady(connection);
      now += 1_001;
      expect(await kinds(limiter, 5, limit(3))).to.deep.equal({ within: 3, exceeded: 2 });
    });

    it('is not asked again for a second when it does not answer', async () => {
      // A connection without a time limit of its own.
      connection = await connect(server.url, 'queue');
      limiter = createRedisLimiter(connection, prefix, () => now);
      expect(await kind()).to.equal('within');
      server.freeze();
      expect(await kind()).to.equal('store-lost');
      const sent: unknown[] = [];
      const send = connection.sendCommand.bind(connection);
      connection.sendCommand = (...args: Parameters<typeof send>) => {
        sent.push(args[0].name);
        return send(...args);
      };
      now += 999;
      expect(await kind()).to.equal('store-lost');
      expect(sent).to.deep.equal([]);
      server.resume();
      await until(
        async () => {
          now += 1_001;
          return (await kind()) !== 'store-lost';
        },
        { what: 'Redis to count again' },
      );
      expect(sent).to.not.deep.equal([]);
    });
  });
});
