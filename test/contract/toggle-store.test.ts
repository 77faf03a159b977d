import { expect } from 'chai';
import { createNullLogger } from '../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../chassis/redis.ts';
import { BEGINNING, headOf, verifyChain } from '../../facade/audit/chain.ts';
import type { AuditDraft, AuditEntry, ChainHead } from '../../facade/audit/entry.ts';
import { createMemoryToggleStore } from '../../facade/toggles/memory-toggle-store.ts';
import { createRedisToggleStore } from '../../facade/toggles/redis-toggle-store.ts';
import { OutcomeUnknown, type Toggle, type ToggleStore } from '../../facade/toggles/toggle-store.ts';
import { createPrivateRedis, type PrivateRedis } from '../support/private-redis.ts';
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
    await other.close();
    expect(verifyChain(entries, [after])).to.deep.include({ intact: true, after });
    // A store that others share says first that it does not have what this process knows.
    expect(entries.filter(({ action }) => action !== 'lost').map(({ reason }) => reason)).to.deep.equal([
      ...['first', 'second'],
    ]);
    expect(told).to.deep.equal(entries);
  });

  it('writes what is planned on what stands there, however many plan at once', async () => {
    const views = [store, made.open(), made.open()];
    const one = (view: ToggleStore) =>
      view.change(({ toggles, bases }) => {
        const at = (bases.get('r')?.at ?? 0) + 1;
        expect(toggles.size).to.equal(0);
        return {
          bases: new Map([['r', { stage: 'live', percent: 0, at }]]),
          entries: [entry('r', `to ${at}`)],
        };
      });
    await Promise.all(Array.from({ length: 30 }, (_, index) => one(views[index % 3]!)));
    const { entries, head } = await store.audit(0, 100);
    expect(entries.map(({ reason }) => reason)).to.deep.equal(
      Array.from({ length: 30 }, (_, index) => `to ${index + 1}`),
    );
    expect(verifyChain(entries, [head]).intact).to.equal(true);
    expect(await store.change(() => 'conflict')).to.equal('conflict');
    expect(await store.change(() => ({ entries: [] }))).to.equal('written');
    expect((await store.audit(0, 100)).head).to.deep.equal(head);
  });

  it('gives a change a later time than the toggle and the edit that it overrides, whatever the clocks say', async () => {
    const at = async () => (await store.all()).get('r')!.at;
    await store.set(toggle('r', 'live', { at: 61_000 }), 0, entry('r', 'by a clock that is ahead'));
    await store.set(toggle('r', 'legacy', { at: 1_000 }), 1, entry('r', 'by one that is not'));
    expect(await at()).to.equal(61_001);
    expect((await store.history('r', 1))[0]).to.include({ at: 61_001 });
    const base = { stage: 'shadow', percent: 0, at: 90_000 } as const;
    await store.change(() => ({ bases: new Map([['r', base]]), entries: [] }));
    await store.set(toggle('r', 'legacy', { at: 2_000 }), 2, entry('r', 'after an edit'));
    expect(await at()).to.equal(90_001);
    await store.set(toggle('r', 'legacy', { at: 99_000 }), 3, entry('r', 'later'));
    expect(await at()).to.equal(99_000);
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

    const flush = async () => made.redis.del(...(await made.redis.keys(`${made.prefix}:*`)));
    /** Keeps only the first entries, as an older snapshot would. */
    const onlyFirst = async (count: number) => {
      const kept = (await stored()).slice(0, count);
      const all = made.redis.multi().del(`${made.prefix}:audit`);
      for (const one of kept)
        all.xadd(`${made.prefix}:audit`, `${one.sequence}-0`, 'hash', one.hash, 'entry', JSON.stringify(one));
      await all.exec();
    };

    it('gets back what this process knows, all or the newest, before anything is written or read', async () => {
      const before = await stored();
      await flush();
      await made.store.append(entry('r', 'four'));
      expect((await stored()).slice(0, 3)).to.deep.equal(before);
      expect((await made.store.history('r', 10)).map(({ sequence }) => sequence)).to.deep.equal([4, 3, 2, 1]);
      await onlyFirst(2);
      const { entries, head } = await made.store.audit(0, 100);
      expect(verifyChain(entries, [head])).to.deep.equal({
        intact: true,
        entries: 4,
        after: BEGINNING,
        head,
      });
    });

    it('gets back from one process what another, which has just begun, does not know', async () => {
      const other = made.open();
      await other.audit(0, 1);
      const before = await stored();
      await flush();
      await other.append(entry('r', 'four'));
      expect((await stored()).slice(0, 3)).to.deep.equal(before);
    });

    it('tells in the chain of what it lost, when somebody wrote before it got that back', async () => {
      const before = await stored();
      await flush();
      // Knows nothing: it begins anew.
      await made.open().append(entry('r', 'by a fresh one'));
      await made.store.append(entry('r', 'four'));
      const entries = await stored();
      expect(entries.map(({ sequence, action }) => `${sequence} ${action}`)).to.deep.equal([
        ...['1 set', '4 lost', '5 set'],
      ]);
      const lost = [{ sequence: 4, after: 1 }];
      expect(verifyChain(entries, [headOf(before[2]!)])).to.deep.include({ intact: true, losses: lost });
      // A file that has all from before lacks what the fresh one wrote, and says so.
      const file = [...before, ...entries.slice(1)];
      expect(verifyChain(file)).to.deep.include({ intact: true, losses: [{ sequence: 4, after: 0 }] });
      await made.open().append(entry('r', 'six'));
      expect(verifyChain(await stored())).to.deep.include({ intact: true, losses: lost });
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

  describe('that hangs', () => {
    const log = createNullLogger();
    let server: PrivateRedis;
    let redis: Redis;
    let subscriber: Redis;
    let store: ToggleStore;
    let told: AuditEntry[];
    beforeEach(async () => {
      server = await createPrivateRedis();
      await server.start();
      redis = connectRedis(server.url, { purpose: 'commands', log });
      subscriber = connectRedis(server.url, { purpose: 'subscriber', log });
      await whenRedisReady(redis);
      told = [];
      const onEntry = (one: AuditEntry) => void told.push(one);
      store = createRedisToggleStore({ ...{ redis, subscriber, prefix: 'p', interval: 60_000 }, onEntry });
      await store.set(toggle('r', 'shadow'), 0, entry('r', 'first'));
    });
    afterEach(async () => {
      server.resume();
      await store.close();
      await closeRedis(redis);
      await closeRedis(subscriber);
      await server.stop();
    });
    const change = () =>
      store.set(toggle('r', 'live'), 1, entry('r', 'second')).catch((error: unknown) => error);
    /** Does something to the nth script from now on. */
    const atScript = (nth: number, act: (run: () => Promise<unknown>) => Promise<unknown>) => {
      const run = redis.eval.bind(redis) as (...args: unknown[]) => Promise<unknown>;
      let count = 0;
      redis.eval = ((...args: unknown[]) => {
        count += 1;
        return count === nth ? act(() => run(...args)) : run(...args);
      }) as typeof redis.eval;
    };
    const reasons = async () => (await store.audit(0, 10)).entries.map(({ reason }) => reason);
    /** Whatever was sent before is done once this is answered. */
    const resumed = async () => {
      server.resume();
      await until(() => redis.ping(), { what: 'Redis to answer' });
    };

    it('makes no change later that it refused', async () => {
      server.freeze();
      const refused = await change();
      expect(refused).to.be.an('error').and.not.an.instanceOf(OutcomeUnknown);
      await resumed();
      expect((await store.all()).get('r')).to.include({ stage: 'shadow', revision: 1 });
      expect(await reasons()).to.deep.equal(['first']);
    });

    it('makes none later that was under way either, of which nobody knows then what becomes of it', async () => {
      atScript(2, (run) => {
        server.freeze();
        return run();
      });
      expect(await change()).to.be.an.instanceOf(OutcomeUnknown);
      await resumed();
      expect((await store.all()).get('r')).to.include({ stage: 'shadow', revision: 1 });
      expect(await reasons()).to.deep.equal(['first']);
      expect(await store.set(toggle('r', 'live'), 1, entry('r', 'again'))).to.equal('written');
    });

    it('is asked what became of a change whose answer got lost', async () => {
      atScript(2, async (run) => {
        await run();
        throw new Error('Command timed out');
      });
      expect(await change()).to.equal('written');
      expect(told.map(({ reason }) => reason)).to.deep.equal(['first', 'second']);
    });

    it('tells of an entry that it turns out to have taken', async () => {
      atScript(2, async (run) => {
        await run();
        server.freeze();
        throw new Error('Command timed out');
      });
      expect(await change()).to.be.an.instanceOf(OutcomeUnknown);
      expect(told).to.have.length(1);
      await resumed();
      expect(await reasons()).to.deep.equal(['first', 'second']);
      expect(told.map(({ reason }) => reason)).to.deep.equal(['first', 'second']);
    });
  });
});
