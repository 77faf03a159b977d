import { expect } from 'chai';
import type { AuditView } from '../../../facade/admin/views.ts';
import { verifyChain } from '../../../facade/audit/chain.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { type KillableRedis, startKillableRedis } from './rig/killable-redis.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('Facades under load whose Redis fails', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let redis: KillableRedis;
  let facades: TestFacade[];
  let stop: (() => Promise<Set<string>>) | undefined;
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    facades = [];
  });
  afterEach(async () => {
    await stop?.();
    for (const facade of facades) await facade.close();
    await redis.close();
    await legacy.close();
    await service.close();
  });
  const start = async (keeps: 'nothing' | 'everything') => {
    redis = await startKillableRedis(keeps);
    const text = config({
      ...{ legacy: legacy.url, service: service.url, routes: route('r', 'path: /api/:id', 'legacy') },
      extra: `store: { kind: redis, url: "${redis.url}", prefix: p }`,
    });
    for (let index = 0; index < 2; index += 1) facades.push(await startTestFacade(text));
    stop = load();
  };
  const side = async ({ url }: TestFacade) => {
    const answer = await fetch(`${url}/api/1`);
    await answer.text();
    return answer.headers.get('x-answered-by') ?? String(answer.status);
  };
  /** One client a facade; `stop` gives the kinds of answers that there were. */
  const load = () => {
    let stopped = false;
    const seen = new Set<string>();
    const clients = facades.map(async (facade) => {
      while (!stopped) seen.add(await side(facade).catch((error) => String(error)));
    });
    return async () => {
      stopped = true;
      await Promise.all(clients);
      return seen;
    };
  };
  const put = async (facade: TestFacade, stage: string) => {
    const body = { stage, reason: stage, force: true };
    return (await facade.change('PUT', '/api/routes/r/stage', body)).status;
  };
  const all = async (expected: string) => {
    for (const facade of facades)
      await until(async () => (await side(facade)) === expected, { what: `${expected} everywhere` });
  };
  /** A facade that has not heard of the newest change yet refuses the next with 409, as it should. */
  const known = async (facade: TestFacade, stage: string) =>
    until(async () => (await facade.route('r')).stage === stage, { what: `the facade to know of ${stage}` });
  const available = async (expected: boolean) => {
    for (const facade of facades)
      await until(async () => (await facade.status()).store.available === expected, {
        what: `the store to be ${expected ? 'there' : 'away'}`,
      });
  };
  /** No request failed, and the audit of the store is whole and says what was done. */
  const ends = async (...expected: string[]) => {
    expect([...(await stop!())].filter((one) => one !== 'legacy' && one !== 'service')).to.deep.equal([]);
    const { entries, head, seen } = await facades[0]!.read<AuditView>('/api/audit');
    expect(verifyChain(entries, [head, seen!]))
      .to.include({ intact: true })
      .and.not.have.property('losses');
    expect(entries.map(({ action, to }) => `${action} ${to.stage}`)).to.deep.equal(expected);
  };

  it('go on where they were when it comes back with all it had', async () => {
    await start('everything');
    await put(facades[0]!, 'live');
    await all('service');
    await redis.kill();
    await available(false);
    expect(await put(facades[0]!, 'legacy')).to.equal(503);
    await all('service');
    await redis.start();
    await available(true);
    await all('service');
    expect(await put(facades[1]!, 'legacy')).to.equal(200);
    await all('legacy');
    await ends('set live', 'set legacy');
  });

  it('keep a rollback that an older snapshot does not have, and write it back', async () => {
    await start('nothing');
    expect(await put(facades[0]!, 'live')).to.equal(200);
    await redis.client.save();
    await known(facades[1]!, 'live');
    expect(await put(facades[1]!, 'shadow')).to.equal(200);
    await known(facades[0]!, 'shadow');
    expect(await put(facades[0]!, 'legacy')).to.equal(200);
    await all('legacy');
    await redis.kill();
    await redis.start();
    const stored = async () => JSON.parse((await redis.client.hget('p:toggles', 'r'))!) as { stage: string };
    await until(async () => (await stored()).stage === 'legacy', { what: 'the rollback to be back' });
    await all('legacy');
    await ends('set live', 'set shadow', 'set legacy', 'restore legacy');
  });

  it('answer while it hangs, and make no change later that they refused', async () => {
    await start('nothing');
    await put(facades[0]!, 'shadow');
    redis.freeze();
    expect(await put(facades[0]!, 'live')).to.equal(503);
    await all('legacy');
    redis.resume();
    await available(true);
    await known(facades[1]!, 'shadow');
    expect(await put(facades[1]!, 'live')).to.equal(200);
    await all('service');
    await ends('set shadow', 'set live');
  });

  it('follow each other also when it hangs up on those that listen', async () => {
    await start('nothing');
    for (const [stage, expected] of [['live', 'service'] as const, ['legacy', 'legacy'] as const]) {
      await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      expect(await put(facades[0]!, stage)).to.equal(200);
      await all(expected);
    }
    await ends('set live', 'set legacy');
  });
});
