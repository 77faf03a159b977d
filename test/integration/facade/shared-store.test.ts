import { expect } from 'chai';
import { createNullLogger } from '../../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../../chassis/redis.ts';
import type { HistoryView } from '../../../facade/admin/views.ts';
import type { Toggle } from '../../../facade/toggles/toggle-store.ts';
import { redisUrl, uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { explained } from './rig/explained.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { startKillableRedis } from './rig/killable-redis.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('Facades that share a Redis', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let redis: Redis;
  let prefix: string;
  let facades: TestFacade[];
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    prefix = uniqueName('facade');
    redis = connectRedis(redisUrl(), { purpose: 'commands', log: createNullLogger() });
    await whenRedisReady(redis);
    facades = [];
  });
  afterEach(async () => {
    for (const facade of facades) await facade.close();
    const keys = await redis.keys(`${prefix}:*`);
    if (keys.length > 0) await redis.del(...keys);
    await closeRedis(redis);
    await legacy.close();
    await service.close();
  });
  const text = (url: string, stage = 'shadow', rest = '') =>
    config({
      legacy: legacy.url,
      service: service.url,
      routes: route('r', 'path: /api/:id', stage, rest),
      extra: `store: { kind: redis, url: "${url}", prefix: ${prefix} }`,
    });
  const start = async (url = redisUrl(), stage = 'shadow') => {
    const facade = await startTestFacade(text(url, stage));
    facades.push(facade);
    return facade;
  };
  const side = async ({ url }: TestFacade) => {
    const answer = await fetch(`${url}/api/1`);
    await answer.text();
    return answer.headers.get('x-answered-by');
  };

  const stored = async () => JSON.parse((await redis.hget(`${prefix}:toggles`, 'r'))!) as Toggle;
  /** The revision of the toggle that a facade has in force. */
  const version = async ({ url, log }: TestFacade) => {
    const seen = log.length;
    await (await fetch(`${url}/api/1`)).text();
    const line = await until(() => log.slice(seen).find(({ message }) => message === 'request'));
    return Number(String(line.version).split('+')[1]);
  };

  it('share toggles, and add their evidence up', async () => {
    const [one, other] = [await start(), await start()];
    for (const facade of [one, other]) for (let index = 0; index < 5; index += 1) await side(facade);
    await until(async () => (await one.evidence('r')).summary.compared === 10, { what: 'evidence of both' });
    await one.change('PUT', '/api/routes/r/stage', { stage: 'live', reason: 'test', force: true });
    expect(await side(one)).to.equal('service');
    await until(async () => (await side(other)) === 'service', { what: 'the other facade to follow' });
    expect((await other.evidence('r')).epoch).to.equal((await one.evidence('r')).epoch);
  });

  it('keep a toggle over a restart', async () => {
    const first = await start();
    await first.change('PUT', '/api/routes/r/stage', { stage: 'live', reason: 'test', force: true });
    await first.close();
    facades = [];
    expect(await side(await start())).to.equal('service');
  });

  it('send everything to legacy, and are not ready, while nobody could tell them the toggles', async () => {
    const facade = await start('redis://127.0.0.1:9');
    expect(await side(facade)).to.equal('legacy');
    expect(await facade.route('r')).to.include({
      ...{ stage: 'legacy', source: 'unknown', drift: 'unknown-over-file' },
    });
    const { why } = await explained(facade, { url: '/api/1' });
    expect(why.join(' ')).to.include('The route is legacy, since the toggles could not be read yet.');
    expect((await fetch(`${facade.admin}/health/ready`)).status).to.equal(503);
    const refused = await facade.change('PUT', '/api/routes/r/stage', { stage: 'shadow', reason: 'x' });
    expect([refused.status, refused.body.code]).to.deep.equal([503, 'TOGGLE_STORE_AWAY']);
  });

  it('find the toggles as soon as a Redis answers that was away when they started', async () => {
    const killable = await startKillableRedis();
    try {
      await (await start(killable.url)).change('POST', '/api/routes/r/rollback', { reason: 'test' });
      await killable.kill();
      const late = await start(killable.url, 'live');
      expect(await side(late)).to.equal('legacy');
      await killable.start();
      await until(async () => (await fetch(`${late.admin}/health/ready`)).status === 200);
      // That Redis came back empty, and the facade that knew the toggle says what it was based on: not on live.
      await until(async () => (await side(late)) === 'service', { what: 'the stage of the file' });
      expect(await late.route('r')).to.include({ stage: 'live', source: 'file' });
    } finally {
      for (const facade of facades.splice(0)) await facade.close();
      await killable.close();
    }
  });

  it('all go back to legacy by a rollback at any of them, while their files differ', async () => {
    const old = await startTestFacade(text(redisUrl(), 'canary', ', percent: 50'));
    facades.push(old);
    const fresh = await start(redisUrl(), 'live');
    const stages = async () => [(await old.route('r')).stage, (await fresh.route('r')).stage];
    const both = (stage: string) =>
      until(async () => (await stages()).every((one) => one === stage), { what: `${stage} at both` });
    const rollback = (facade: TestFacade) =>
      facade.change('POST', '/api/routes/r/rollback', { reason: 'test' });
    const again = (facade: TestFacade) =>
      facade.change('PUT', '/api/routes/r/stage', { stage: 'shadow', reason: 'test' });
    for (const [first, second] of [[fresh, old] as const, [old, fresh] as const]) {
      await rollback(first);
      await both('legacy');
      await rollback(second);
      const { revision } = await stored();
      for (const facade of [old, fresh]) await until(async () => (await version(facade)) === revision);
      expect(await stages()).to.deep.equal(['legacy', 'legacy']);
      await again(first);
      await both('shadow');
    }
  });

  it('take no change for a loss that comes from a facade with a slower clock', async () => {
    const [old, fresh] = [await start(redisUrl(), 'shadow'), await start(redisUrl(), 'canary, percent: 50')];
    const put = { stage: 'live', reason: 'test', force: true };
    await fresh.change('PUT', '/api/routes/r/stage', put);
    const at = Date.now() + 60_000;
    await redis.hset(`${prefix}:toggles`, 'r', JSON.stringify({ ...(await stored()), at }));
    await until(async () => (await fresh.route('r')).since === at, {
      what: 'a toggle by a clock that is ahead',
    });
    expect((await old.route('r')).source).to.equal('file');
    await old.change('POST', '/api/routes/r/rollback', { reason: 'test' });
    for (const facade of [old, fresh])
      await until(async () => (await side(facade)) === 'legacy', { what: 'legacy at both' });
    expect(await stored()).to.include({ stage: 'legacy', at: at + 1 });
    const { entries } = await old.read<HistoryView>('/api/routes/r/history');
    expect(entries.map(({ action }) => action)).to.deep.equal(['rollback', 'set', 'file']);
  });

  it('follow a route that is quarantined at one of them back to legacy, whatever good form each keeps', async () => {
    const [one, missed] = [await start(redisUrl(), 'live'), await start(redisUrl(), 'live')];
    await one.edit(text(redisUrl(), 'canary', ', percent: 100'));
    await until(async () => (await one.route('r')).stage === 'canary', { what: 'the edit at one facade' });
    for (const facade of [one, missed]) {
      await facade.edit(text(redisUrl(), 'canary', ', percent: 400'));
      await until(async () => (await facade.route('r')).quarantined !== undefined, { what: 'quarantine' });
    }
    expect([(await one.route('r')).stage, (await missed.route('r')).stage]).to.deep.equal(['canary', 'live']);
    await one.change('POST', '/api/routes/r/rollback', { reason: 'test' });
    for (const facade of [one, missed])
      await until(async () => (await side(facade)) === 'legacy', { what: 'legacy at both' });
    const { entries } = await one.read<HistoryView>('/api/routes/r/history');
    expect(entries.map(({ action, to }) => `${action} ${to.stage}`)).to.deep.equal([
      'rollback legacy',
      'file canary',
    ]);
  });
});
