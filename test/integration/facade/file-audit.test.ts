import { expect } from 'chai';
import type { AuditView } from '../../../facade/admin/views.ts';
import { verifyChain } from '../../../facade/audit/chain.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { type KillableRedis, startKillableRedis } from './rig/killable-redis.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('The audit of edits of the config file', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let redis: KillableRedis;
  let facades: TestFacade[];
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    facades = [];
  });
  afterEach(async () => {
    for (const facade of facades) await facade.close();
    await redis.close();
    await legacy.close();
    await service.close();
  });
  const r = (stage: string) => route('r', 'path: /api/:id', stage);
  const n = (stage: string) => route('n', 'path: /n', stage);
  const text = (routes: string) =>
    config({
      ...{ legacy: legacy.url, service: service.url, routes },
      extra: `store: { kind: redis, url: "${redis.url}", prefix: p }`,
    });
  const start = async (routes: string, keeps: 'nothing' | 'everything' = 'nothing', count = 1) => {
    redis = await startKillableRedis(keeps);
    for (let index = 0; index < count; index += 1) facades.push(await startTestFacade(text(routes)));
    return facades[0]!;
  };
  /** Edits at every facade, and waits until traffic of a path goes where it should. */
  const edit = async (routes: string, path: string, side: string) => {
    for (const facade of facades) await facade.edit(text(routes));
    for (const { url } of facades)
      await until(
        async () => {
          const answer = await fetch(url + path);
          await answer.text();
          return answer.headers.get('x-answered-by') === side;
        },
        { what: `${path} to be answered by ${side}` },
      );
  };
  const entries = async (facade: TestFacade) => {
    const page = await facade.read<AuditView>('/api/audit');
    expect(verifyChain(page.entries, [page.head]).intact).to.equal(true);
    return page.entries.map((one) => `${one.route} ${one.action} ${one.from.stage}->${one.to.stage}`);
  };
  /** Waits for as many entries as are expected; should there be more, they show. */
  const holds = async (facade: TestFacade, ...expected: string[]) => {
    await until(async () => (await facade.status()).store.available, { what: 'the store' });
    await until(async () => (await entries(facade)).length >= expected.length, {
      what: `entries ${expected}`,
    });
    expect(await entries(facade)).to.deep.equal(expected);
  };

  it('has one that was made while Redis was down, with what was in force before it', async () => {
    const facade = await start(r('live'), 'everything');
    await redis.kill();
    await edit(r('legacy'), '/api/1', 'legacy');
    await redis.start();
    await holds(facade, 'r file live->legacy');
  });

  it('has one that was made while Redis hung, and each move there and back, once for all facades', async () => {
    const facade = await start(r('live'), 'nothing', 2);
    redis.freeze();
    await edit(r('legacy'), '/api/1', 'legacy');
    redis.resume();
    await holds(facade, 'r file live->legacy');
    redis.freeze();
    await edit(r('live'), '/api/1', 'service');
    await edit(r('legacy'), '/api/1', 'legacy');
    redis.resume();
    for (const one of facades)
      await holds(one, 'r file live->legacy', 'r file legacy->live', 'r file live->legacy');
  });

  it('has the first one after a flush', async () => {
    const facade = await start(r('live'));
    await redis.client.flushall();
    await edit(r('legacy'), '/api/1', 'legacy');
    await holds(facade, 'r file live->legacy');
  });

  it('has routes that are added and taken out, and one that comes back has no toggle any more', async () => {
    const facade = await start(r('legacy'));
    await edit(r('legacy') + n('live'), '/n', 'service');
    const put = { stage: 'live', reason: 'test', force: true };
    expect((await facade.change('PUT', '/api/routes/r/stage', put)).status).to.equal(200);
    await edit(n('live'), '/api/1', 'legacy');
    await edit(r('legacy'), '/n', 'legacy');
    const expected = [
      ...['n added legacy->live', 'r set legacy->live', 'r removed live->legacy'],
      ...['r added legacy->legacy', 'n removed live->legacy'],
    ];
    await until(async () => (await entries(facade)).length === 5);
    expect((await entries(facade)).sort()).to.deep.equal(expected.sort());
    expect(await facade.route('r')).to.include({ stage: 'legacy', source: 'file' });
    const history = await facade.read<AuditView>('/api/routes/n/history');
    expect(history.entries.map(({ action }) => action)).to.deep.equal(['removed', 'added']);
  });

  it('has those of a start with another file, in one write of all routes', async () => {
    const many = (stage: string) =>
      Array.from({ length: 200 }, (_, index) => route(`r${index}`, `path: /api/${index}`, stage)).join('');
    await start(many('live'));
    const restarted = await startTestFacade(text(many('legacy')));
    facades.push(restarted);
    const found = await entries(restarted);
    expect(found).to.have.length(200);
    expect(new Set(found.map((one) => one.split(' ').slice(1).join(' ')))).to.deep.equal(
      new Set(['file live->legacy']),
    );
  });
});
