import { expect } from 'chai';
import { createNullLogger } from '../../chassis/log.ts';
import { closeRedis, connectRedis, whenRedisReady } from '../../chassis/redis.ts';
import type { EvidenceDelta, EvidenceStore, MismatchCluster } from '../../facade/evidence/evidence-store.ts';
import { createMemoryEvidenceStore } from '../../facade/evidence/memory-evidence-store.ts';
import { createRedisEvidenceStore } from '../../facade/evidence/redis-evidence-store.ts';
import { redisUrl, uniqueName } from '../support/services.ts';

const delta = (rest: Partial<EvidenceDelta>): EvidenceDelta => ({
  ...{ route: 'r', epoch: 'e1', counters: {}, at: 1_000, clusters: [], ...rest },
});
const cluster = (signature: string, ...requestIds: string[]): MismatchCluster => ({
  ...{ signature, summary: `in words ${signature}`, count: requestIds.length },
  samples: requestIds.map((requestId) => ({
    ...{ at: 1, requestId, method: 'GET', path: '/x' },
    differences: [{ path: '$.price', kind: 'value', control: '1', candidate: '2' }],
  })),
});

/** What every evidence store does. */
function behavesLikeAnEvidenceStore(
  make: () => Promise<{ store: EvidenceStore; close: () => Promise<void> }>,
) {
  let made: Awaited<ReturnType<typeof make>>;
  let store: EvidenceStore;
  beforeEach(async () => {
    made = await make();
    store = made.store;
  });
  afterEach(() => made.close());

  it('knows nothing at first', async () => {
    expect(await store.read('r', 'e1')).to.deep.equal({
      counters: {},
      firstAt: undefined,
      lastAt: undefined,
      clusters: [],
    });
  });

  it('adds counters up', async () => {
    await store.add([delta({ counters: { 'outcome match': 2, 'rule $.a': 1 }, at: 10 })]);
    await store.add([
      delta({ counters: { 'outcome match': 3 }, at: 20 }),
      delta({ counters: { 'outcome match': 1 }, at: 30 }),
    ]);
    const { counters, firstAt, lastAt } = await store.read('r', 'e1');
    expect(counters).to.deep.equal({ 'outcome match': 6, 'rule $.a': 1 });
    expect([firstAt, lastAt]).to.deep.equal([10, 30]);
  });

  it('keeps routes and epochs apart, and one that is still being counted after the next began', async () => {
    await store.add([
      delta({ counters: { a: 1 } }),
      delta({ epoch: 'e2', counters: { a: 10 } }),
      delta({ route: 's', counters: { a: 100 } }),
    ]);
    await store.add([delta({ counters: { a: 1 } })]);
    expect((await store.read('r', 'e1')).counters).to.deep.equal({ a: 2 });
    expect((await store.read('r', 'e2')).counters).to.deep.equal({ a: 10 });
    expect((await store.read('s', 'e1')).counters).to.deep.equal({ a: 100 });
  });

  it('keeps clusters by size, with at most five samples each', async () => {
    await store.add([delta({ clusters: [cluster('small', 'a'), cluster('large', 'b', 'c', 'd')] })]);
    await store.add([delta({ clusters: [cluster('large', 'e', 'f', 'g')] })]);
    const { clusters } = await store.read('r', 'e1');
    expect(
      clusters.map(({ signature, summary, count, samples }) => [signature, summary, count, samples.length]),
    ).to.deep.equal([
      ['large', 'in words large', 6, 5],
      ['small', 'in words small', 1, 1],
    ]);
    expect(clusters[1]).to.deep.equal(cluster('small', 'a'));
  });

  it('takes several routes at once, each with counters and clusters of its own', async () => {
    const one = cluster('s', 'a', 'b');
    const [two, three] = [cluster('s', 'c'), cluster('t', 'd', 'e')];
    await store.add([
      delta({ counters: { a: 1, b: 2 }, clusters: [one] }),
      delta({ route: 's', clusters: [two, three] }),
      delta({ route: 't', counters: { c: 3 } }),
    ]);
    const read = async (route: string) => {
      const { counters, clusters } = await store.read(route, 'e1');
      return { counters, counts: clusters.map(({ signature, count }) => [signature, count]) };
    };
    expect(await read('r')).to.deep.equal({ counters: { a: 1, b: 2 }, counts: [['s', 2]] });
    expect(await read('s')).to.deep.equal({
      counters: {},
      counts: [
        ['t', 2],
        ['s', 1],
      ],
    });
    expect(await read('t')).to.deep.equal({ counters: { c: 3 }, counts: [] });
    expect((await store.read('s', 'e1')).clusters[1]).to.deep.equal(two);
  });

  it('takes paths of any text, also of halves of characters', async () => {
    const odd = 'rule $["\ud800\n\u0000"]';
    await store.add([delta({ counters: { [odd]: 1 }, clusters: [cluster(odd, 'a')] })]);
    await store.add([delta({ counters: { [odd]: 1 } })]);
    const { counters, clusters } = await store.read('r', 'e1');
    expect(Object.values(counters)).to.deep.equal([2]);
    expect(clusters.map(({ count }) => count)).to.deep.equal([1]);
  });
}

describe('Evidence store in memory', () => {
  behavesLikeAnEvidenceStore(async () => {
    const store = createMemoryEvidenceStore();
    return { store, close: () => store.close() };
  });
});

describe('Evidence store in Redis', () => {
  behavesLikeAnEvidenceStore(async () => {
    const prefix = uniqueName('evidence');
    const redis = connectRedis(redisUrl(), { purpose: 'commands', log: createNullLogger() });
    await whenRedisReady(redis);
    return {
      store: createRedisEvidenceStore({ redis, prefix }),
      async close() {
        const keys = await redis.keys(`${prefix}:*`);
        if (keys.length > 0) await redis.del(...keys);
        await closeRedis(redis);
      },
    };
  });
});
