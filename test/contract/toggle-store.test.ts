import { expect } from 'chai';
import { createNullLogger } from '../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../chassis/redis.ts';
import { createMemoryToggleStore } from '../../facade/toggles/memory-toggle-store.ts';
import { createRedisToggleStore } from '../../facade/toggles/redis-toggle-store.ts';
import type { HistoryEntry, Toggle, ToggleStore } from '../../facade/toggles/toggle-store.ts';
import { redisUrl, uniqueName } from '../support/services.ts';
import { until } from '../support/wait.ts';

const toggle = (route: string, stage: Toggle['stage'], rest: Partial<Toggle> = {}): Toggle => ({
  ...{ route, stage, percent: 0, actor: 'ann', reason: 'test', at: 1_000 },
  ...{ basedOn: { stage: 'legacy', percent: 0 }, revision: 1, ...rest },
});
const entry = (route: string, reason: string): HistoryEntry => ({
  ...{ route, at: 1_000, actor: 'ann', action: 'set', reason, forced: false },
  from: { stage: 'legacy', percent: 0 },
  to: { stage: 'shadow', percent: 0 },
});

/** What every toggle store does. `open` gives a second view of the same store. */
function behavesLikeAToggleStore(
  make: () => Promise<{ store: ToggleStore; open: () => ToggleStore; close: () => Promise<void> }>,
) {
  let made: Awaited<ReturnType<typeof make>>;
  let store: ToggleStore;
  beforeEach(async () => {
    made = await make();
    store = made.store;
  });
  afterEach(() => made.close());

  it('is empty at first', async () => {
    expect([...(await store.all())]).to.deep.equal([]);
    expect(await store.history('r', 10)).to.deep.equal([]);
  });

  it('gives back what was set, with its revision', async () => {
    expect(await store.set(toggle('r', 'canary', { percent: 12.5 }), 0, entry('r', 'first'))).to.equal(
      'written',
    );
    expect((await store.all()).get('r')).to.deep.equal(toggle('r', 'canary', { percent: 12.5, revision: 1 }));
    expect(await store.set(toggle('r', 'live'), 1, entry('r', 'second'))).to.equal('written');
    expect((await store.all()).get('r')).to.include({ stage: 'live', revision: 2 });
  });

  it('refuses a change that was based on an older revision, and writes no history of it', async () => {
    await store.set(toggle('r', 'shadow'), 0, entry('r', 'first'));
    expect(await store.set(toggle('r', 'live'), 0, entry('r', 'late'))).to.equal('conflict');
    expect((await store.all()).get('r')).to.include({ stage: 'shadow' });
    expect((await store.history('r', 10)).map(({ reason }) => reason)).to.deep.equal(['first']);
  });

  it('writes several routes at once, or none when one of them was changed in between', async () => {
    const change = (route: string, expected: number, reason: string) => ({
      ...{ toggle: toggle(route, 'shadow'), expected, entry: entry(route, reason) },
    });
    expect(await store.setMany([change('a', 0, 'first'), change('b', 0, 'first')])).to.equal('written');
    expect(
      [...(await store.all()).values()].map(({ route, revision }) => [route, revision]).sort(),
    ).to.deep.equal([
      ['a', 1],
      ['b', 1],
    ]);
    for (const stale of [
      [change('a', 1, 'late'), change('b', 0, 'late')],
      [change('a', 0, 'late'), change('b', 1, 'late')],
    ])
      expect(await store.setMany(stale)).to.equal('conflict');
    for (const route of ['a', 'b']) {
      expect((await store.all()).get(route)).to.include({ stage: 'shadow', revision: 1 });
      expect((await store.history(route, 10)).map(({ reason }) => reason)).to.deep.equal(['first']);
    }
  });

  it('lets exactly one of many changes at once win', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        store.set(toggle('r', 'shadow'), 0, entry('r', String(index))),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'written')).to.have.length(1);
    expect(await store.history('r', 10)).to.have.length(1);
  });

  it("keeps each route's history, newest first", async () => {
    for (const reason of ['one', 'two', 'three']) await store.append(entry('r', reason));
    await store.append(entry('other', 'elsewhere'));
    expect((await store.history('r', 2)).map(({ reason }) => reason)).to.deep.equal(['three', 'two']);
  });

  it('tells only the first who sees it that the file changed', async () => {
    const at = { stage: 'shadow', percent: 0 } as const;
    expect(await store.noteBase('r', at, 1)).to.deep.equal({ base: { ...at, at: 1 }, previous: undefined });
    expect(await store.noteBase('r', at, 2)).to.deep.equal({ base: { ...at, at: 1 }, previous: undefined });
    const canary = { stage: 'canary', percent: 10 } as const;
    expect(await store.noteBase('r', canary, 3)).to.deep.equal({
      base: { ...canary, at: 3 },
      previous: { ...at, at: 1 },
    });
    expect((await store.noteBase('r', { stage: 'canary', percent: 20 }, 4)).previous).to.include({
      percent: 10,
    });
    expect((await store.noteBase('r', { stage: 'canary', percent: 20 }, 5)).previous).to.equal(undefined);
  });

  it('tells subscribers of a change, also one made elsewhere, until they stop', async () => {
    let told = 0;
    const stop = store.subscribe(() => (told += 1));
    const elsewhere = made.open();
    let revision = 0;
    await until(
      async () => {
        await elsewhere.set(toggle('r', 'shadow'), revision++, entry('r', 'x'));
        return told > 0;
      },
      { what: 'the subscriber to be told' },
    );
    stop();
  });
}

describe('Toggle store in memory', () => {
  behavesLikeAToggleStore(async () => {
    const store = createMemoryToggleStore();
    return { store, open: () => store, close: () => store.close() };
  });
});

describe('Toggle store in Redis', () => {
  const log = createNullLogger();
  const connections: Redis[] = [];
  const connect = (purpose: 'commands' | 'subscriber') => {
    const redis = connectRedis(redisUrl(), { purpose, log });
    connections.push(redis);
    return redis;
  };
  behavesLikeAToggleStore(async () => {
    const prefix = uniqueName('toggles');
    const redis = connect('commands');
    await whenRedisReady(redis);
    const stores: ToggleStore[] = [];
    const open = () => {
      // Looks of its own are so rare here that only a message can tell a subscriber.
      const subscriber = connect('subscriber');
      const store = createRedisToggleStore({ redis, subscriber, prefix, interval: 60_000 });
      stores.push(store);
      return store;
    };
    return {
      store: open(),
      open,
      async close() {
        for (const store of stores) await store.close();
        const keys = await redis.keys(`${prefix}:*`);
        if (keys.length > 0) await redis.del(...keys);
        for (const one of connections.splice(0)) await closeRedis(one);
      },
    };
  });
});
