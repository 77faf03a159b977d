import { expect } from 'chai';
import {
  closeRedis,
  connectKnex,
  connectRedis,
  createLifecycle,
  createMetrics,
  createNullLogger,
  type Redis,
  systemClock,
  whenRedisReady,
} from '../../../chassis/index.ts';
import { up } from '../../../new-services/catalog/schema/001_catalog_tables.ts';
import { startCatalog } from '../../../new-services/catalog/service.ts';
import { readSettings } from '../../../new-services/catalog/settings.ts';
import { startProcess, type TestProcess } from '../../support/processes.ts';
import { createDatabase, redisUrl, type TestDatabase } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { type RunningShop, startShop } from '../legacy-monolith/running-shop.ts';
import { fillCatalog } from './filled-catalog.ts';

const MAIN = 'new-services/catalog/main.ts';

describe('the catalog’s process', function () {
  this.timeout(60_000);
  let shop: RunningShop;
  let database: TestDatabase;
  let redis: Redis;
  let catalog: TestProcess | undefined;

  before(async () => {
    shop = await startShop({ scale: 0.01 });
    database = await createDatabase('catalog');
    const db = connectKnex(database.url);
    await up(db);
    await fillCatalog(shop.dbUrl, db);
    await db.destroy();
    redis = connectRedis(redisUrl(), { purpose: 'commands', log: createNullLogger() });
    await whenRedisReady(redis);
  });
  afterEach(() => catalog?.stop('SIGKILL'));
  after(async () => {
    await closeRedis(redis);
    await database.drop();
    await shop.stop();
  });

  const env = (more: Record<string, string> = {}) => ({
    CATALOG_DB_URL: database.url,
    REDIS_URL: redisUrl(),
    LEGACY_URL: shop.url,
    ...more,
  });
  const start = async (more?: Record<string, string>): Promise<string> => {
    catalog = startProcess(MAIN, [], { env: env(more) });
    const line = await catalog.json((entry) => entry.message === 'catalog listening');
    return line.url as string;
  };
  const leases = async () =>
    (await redis.zrange('strangler:discovery:catalog', '0', '-1')).map((text) => JSON.parse(text).url);

  it('announces itself, answers, carries the request id to the monolith, and leaves politely', async () => {
    const url = await start();
    await until(async () => (await leases()).includes(url), { what: 'the lease' });
    expect((await fetch(`${url}/health/live`)).status).to.equal(200);
    expect(await (await fetch(`${url}/health/ready`)).json()).to.deep.equal({
      ok: true,
      checks: { database: 'ok' },
    });

    const answer = await fetch(`${url}/api/products?per_page=1`, { headers: { 'x-request-id': 'req-77' } });
    expect(((await answer.json()) as { items: unknown[] }).items).to.have.length(1);
    await catalog!.json((entry) => entry.message === 'request' && entry.requestId === 'req-77');
    expect(shop.log.filter((entry) => entry.req_id === 'req-77').length).to.be.above(0);
    expect(await (await fetch(`${url}/metrics`)).text()).to.contain('strangler_reference_reads_total');

    catalog!.child.kill('SIGTERM');
    expect(await catalog!.ended).to.equal(0);
    expect(await leases()).to.not.include(url);
  });

  it('gives its lease back first, and goes on answering while facades still know it', async () => {
    const { promise: noticed, resolve: notice } = Promise.withResolvers<void>();
    const { promise: leaving, resolve: leave } = Promise.withResolvers<void>();
    const log = createNullLogger();
    const lifecycle = createLifecycle({ log });
    const sleep = () => {
      leave();
      return noticed;
    };
    const { url } = await startCatalog(readSettings(env()), {
      log,
      metrics: createMetrics('catalog'),
      lifecycle,
      clock: { ...systemClock, sleep },
    });
    expect(await leases()).to.include(url);
    const closed = lifecycle.close();
    await leaving;
    expect(await leases()).to.not.include(url);
    expect((await fetch(`${url}/api/categories`)).status).to.equal(200);
    expect((await fetch(`${url}/health/ready`)).status).to.equal(503);
    notice();
    await closed;
    expect(await fetch(url).catch(() => 'refused')).to.equal('refused');
  });

  it('has no bug switch unless it is the demo', async () => {
    const put = (url: string) =>
      fetch(`${url}/demo/bug`, {
        method: 'PUT',
        body: '{"bug":"rounding"}',
        headers: { 'content-type': 'application/json' },
      });
    expect((await put(await start())).status).to.equal(404);
    await catalog!.stop('SIGKILL');
    expect((await put(await start({ CATALOG_DEMO: '1' }))).status).to.equal(200);
  });

  it('is not ready, and not announced, while its tables are missing', async () => {
    const empty = await createDatabase('empty');
    const url = await start({ CATALOG_DB_URL: empty.url });
    const answer = await fetch(`${url}/health/ready`);
    expect(answer.status).to.equal(503);
    expect(await answer.text()).to.contain('products');
    expect(await leases()).to.not.include(url);
    await empty.drop();
  });

  it('answers without Redis, and tells a missing monolith by a code', async () => {
    const url = await start({ REDIS_URL: 'redis://127.0.0.1:1', LEGACY_URL: 'http://127.0.0.1:1' });
    expect((await fetch(`${url}/api/categories`)).status).to.equal(200);
    const answer = await fetch(`${url}/api/products/9007199254740993`);
    expect(answer.status).to.equal(502);
    expect(await answer.json()).to.include({ code: 'UPSTREAM_UNREACHABLE' });
  });

  for (const [what, wrong, said] of [
    ['a missing URL', { CATALOG_DB_URL: '' }, /CATALOG_DB_URL: found nothing, expected mysql:/],
    [
      'an address without a port',
      { CATALOG_LISTEN: 'here' },
      /CATALOG_LISTEN: found "here", expected host:port/,
    ],
    ['an unknown bug', { CATALOG_BUG: 'evil' }, /the bug "evil", expected "rounding"/],
  ] as const) {
    it(`refuses ${what} with exit code 2`, async () => {
      catalog = startProcess(MAIN, [], { env: env(wrong as Record<string, string>) });
      expect(await catalog.ended).to.equal(2);
      expect(catalog.output()).to.match(said);
    });
  }
});
