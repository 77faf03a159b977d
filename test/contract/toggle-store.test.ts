import { expect } from 'chai';
import { createNullLogger } from '../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../chassis/redis.ts';
import { BEGINNING, headOf, verifyChain } from '../../facade/audit/chain.ts';
import type { AuditDraft, AuditEntry, ChainHead } from '../../facade/audit/entry.ts';
import { createMemoryToggleStore } from '../../facade/toggles/memory-toggle-store.ts';
import { createRedisToggleStore } from '../../facade/toggles/redis-toggle-store.ts';
import type { Toggle, ToggleStore } from '../../facade/toggles/toggle-store.ts';
import { redisUrl, uniqueName } from '../support/services.ts';
import { until } from '../support/wait.ts';

const toggle = (route: string, stage: Toggle['stage'], rest: Partial<Toggle> = {}): Toggle => ({
  ...{ route, stage, percent: 0, actor: 'ann', reason: 'test', at: 1_000 },
  ...{ basedOn: { stage: 'legacy', percent: 0 }, revision: 1, ...rest },
});
const entry = (route: string, reason: string): AuditDraft => ({
  ...{ route, at: 1_000, actor: 'ann', role: 'operator', action: 'set', reason, forced: false },
  configVersion: 'v1',
  from: { stage: 'legacy', percent: 0 },
  to: { stage: 'shadow', percent: 0 },
});

/** A store under test. */
interface Made {
  store: ToggleStore;
  /** A second view of the same store. */
  open(): ToggleStore;
  close(): Promise<void>;
}

/** What every toggle store does. */
function behavesLikeAToggleStore(
  make: (options?: { after?: ChainHead; onEntry?: (entry: AuditEntry) => void }) => Promise<Made>,
) {
  let made: Made;
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

  it('chains every change of every route, a write of several as well', async () => {
    const change = (route: string, expected: number) => ({
      ...{ toggle: toggle(route, 'shadow'), expected, entry: entry(route, String(expected)) },
    });
    await store.set(toggle('a', 'shadow'), 0, entry('a', 'first'));
    await store.setMany([change('a', 1), change('b', 0)]);
    await store.set(toggle('a', 'live'), 1, entry('a', 'late'));
    await made.open().append(entry('c', 'edited'));
    const { entries, head } = await store.audit(0, 100);
    expect(entries.map(({ sequence, route }) => `${sequence} ${route}`)).to.deep.equal([
      ...['1 a', '2 a', '3 b', '4 c'],
    ]);
    expect(head).to.deep.equal(headOf(entries[3]!));
    expect(verifyChain(entries, [head])).to.deep.equal({ intact: true, entries: 4, after: BEGINNING, head });
    expect((await store.audit(1, 2)).entries).to.deep.equal(entries.slice(1, 3));
    expect((await store.history('a', 1))[0]).to.deep.equal(entries[1]);
  });

  it('keeps one chain when many write at the same time', async () => {
    const views = [store, made.open(), made.open(), made.open()];
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const route = `r${index % 20}`;
        if (index < 20) await views[index % 4]!.set(toggle(route, 'shadow'), 0, entry(route, 'x'));
        else await views[index % 4]!.append(entry(route, 'y'));
      }),
    );
    const { entries, head } = await store.audit(0, 100);
    expect(verifyChain(entries, [head])).to.include({ intact: true, entries: 60 });
  });

  it('goes on after the head that was kept elsewhere, and tells of what it wrote', async () => {
    const told: AuditEntry[] = [];
    const after = { sequence: 41, hash: 'f'.repeat(64) };
    const other = await make({ after, onEntry: (one) => told.push(one) });
    await other.store.append(entry('r', 'first'));
    await other.store.set(toggle('r', 'shadow'), 0, entry('r', 'second'));
    const { entries } = await other.store.audit(41, 10);
    expect(verifyChain(entries, [after])).to.deep.include({ intact: true, entries: 2, after });
    expect(told).to.deep.equal(entries);
    await other.close();
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
  behavesLikeAToggleStore(async (options) => {
    const store = createMemoryToggleStore(options);
    return { store, open: () => store, close: () => store.close() };
  });
});

describe('Toggle store in Redis', () => {
  const log = createNullLogger();
  const make = async (
    options: { after?: ChainHead; onEntry?: (entry: AuditEntry) => void } = {},
    prefix = uniqueName('toggles'),
  ) => {
    const connections: Redis[] = [];
    const connect = (purpose: 'commands' | 'subscriber') => {
      const redis = connectRedis(redisUrl(), { purpose, log });
      connections.push(redis);
      return redis;
    };
    const redis = connect('commands');
    await whenRedisReady(redis);
    const stores: ToggleStore[] = [];
    const open = () => {
      // Looks of its own are so rare here that only a message can tell a subscriber.
      const subscriber = connect('subscriber');
      const store = createRedisToggleStore({ redis, subscriber, prefix, interval: 60_000, ...options });
      stores.push(store);
      return store;
    };
    return {
      ...{ store: open(), open, redis, prefix },
      async close() {
        for (const store of stores) await store.close();
        const keys = await redis.keys(`${prefix}:*`);
        if (keys.length > 0) await redis.del(...keys);
        for (const one of connections.splice(0)) await closeRedis(one);
      },
    };
  };
  behavesLikeAToggleStore(make);

  describe('that lost entries', () => {
    let made: Awaited<ReturnType<typeof make>>;
    const stored = async () => (await made.store.audit(0, 100)).entries;
    beforeEach(async () => {
      made = await make();
      for (const reason of ['one', 'two', 'three']) await made.store.append(entry('r', reason));
    });
    afterEach(() => made.close());

    it('begins after the last entry that this process knows, when all are gone', async () => {
      const before = await stored();
      await made.redis.del(...(await made.redis.keys(`${made.prefix}:*`)));
      await made.store.append(entry('r', 'four'));
      expect(verifyChain([...before, ...(await stored())])).to.include({ intact: true, entries: 4 });
    });

    it('shows that the newest are gone, to a process that knows nothing of them too', async () => {
      await made.redis.xdel(`${made.prefix}:audit`, '3-0');
      const { head } = await made.open().audit(0, 100);
      expect(head).to.deep.equal({ sequence: 3, hash: '' });
      expect(verifyChain(await stored(), [head])).to.include({ intact: false, sequence: 3 });
      await made.open().append(entry('r', 'four'));
      expect((await stored()).map(({ sequence }) => sequence)).to.deep.equal([1, 2, 4]);
      expect(verifyChain(await stored())).to.include({ intact: false, sequence: 4 });
    });

    it('takes a change even so', async () => {
      await made.redis.xtrim(`${made.prefix}:audit`, 'MAXLEN', 0);
      expect(await made.open().set(toggle('r', 'legacy'), 0, entry('r', 'back'))).to.equal('written');
      expect((await made.store.history('r', 10)).map(({ reason }) => reason)).to.deep.equal(['back']);
    });
  });
});
