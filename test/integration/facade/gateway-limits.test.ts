import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { createPrivateRedis, type PrivateRedis } from '../../support/private-redis.ts';
import { uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const KEYS = ['a', 'b'].map((name) => `{ name: ${name}, sha256: ${sha256(name)} }`).join(', ');

describe('Rate limits at the facade', () => {
  let legacy: TestUpstream;
  let facades: TestFacade[];
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    facades = [];
  });
  afterEach(async () => {
    for (const facade of facades) await facade.close();
    await legacy.close();
  });

  const start = async (routes: string, { facade = '', extra = '' } = {}) => {
    const text = config({ legacy: legacy.url, service: legacy.url, routes, facade, extra });
    const started = await startTestFacade(text);
    facades.push(started);
    return started;
  };
  const limited = (id: string, limit: string, stage = 'legacy', rest = '') =>
    route(id, `path: /${id}`, stage, `, rateLimit: { ${limit} }${rest}`);
  const ask = async ({ url }: TestFacade, path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(url + path, { headers });
    return {
      status: answer.status,
      headers: answer.headers,
      body: (await answer.json()) as { code?: string },
    };
  };
  const statuses = async (facade: TestFacade, path: string, count: number, headers = {}) => {
    const all = [];
    for (let index = 0; index < count; index += 1) all.push((await ask(facade, path, headers)).status);
    return all;
  };

  it('let so many through, then answer for the facade, and say when to come back', async () => {
    const facade = await start(limited('r', 'requests: 2, per: 1m'));
    const first = await ask(facade, '/r');
    expect(first.headers.get('ratelimit-policy')).to.equal('"r";q=2;w=60');
    expect(first.headers.get('ratelimit')).to.match(/^"r";r=1;t=(59|60)$/);
    expect(first.headers.get('retry-after')).to.equal(null);
    expect((await ask(facade, '/r')).headers.get('ratelimit')).to.match(/^"r";r=0;t=/);
    const over = await ask(facade, '/r');
    expect([over.status, over.body.code]).to.deep.equal([429, 'RATE_LIMITED']);
    expect(over.headers.get('content-type')).to.equal('application/problem+json');
    expect(over.headers.get('retry-after')).to.match(/^(5\d|60)$/);
    expect(over.headers.get('ratelimit')).to.match(/^"r";r=0;t=\d+$/);
    expect(legacy.received).to.have.length(2);
    expect(await statuses(facade, '/elsewhere', 3)).to.deep.equal([200, 200, 200]);
  });

  it('of the facade and of a route both hold', async () => {
    const facade = await start(limited('r', 'requests: 2, per: 1m'), {
      facade: ', rateLimit: { requests: 4, per: 2m }',
    });
    const first = await ask(facade, '/r');
    expect(first.headers.get('ratelimit-policy')).to.equal('"facade";q=4;w=120, "r";q=2;w=60');
    expect(first.headers.get('ratelimit')).to.match(/^"facade";r=3;t=\d+, "r";r=1;t=\d+$/);
    expect(await statuses(facade, '/r', 2)).to.deep.equal([200, 429]);
    expect(await statuses(facade, '/elsewhere', 2)).to.deep.equal([200, 429]);
  });

  it('are told as older clients expect it, or not at all', async () => {
    const facade = await start(
      limited('old', 'requests: 2, per: 1m, headers: legacy') +
        limited('mute', 'requests: 2, per: 1m, headers: off'),
    );
    const { headers } = await ask(facade, '/old');
    expect(headers.get('x-ratelimit-limit')).to.equal('2');
    expect(headers.get('x-ratelimit-remaining')).to.equal('1');
    expect(Number(headers.get('x-ratelimit-reset'))).to.be.within(1, 60);
    expect(headers.get('ratelimit')).to.equal(null);
    expect([...(await ask(facade, '/mute')).headers.keys()].join()).to.not.include('ratelimit');
  });

  it('are the only ones that a client is told of; what the answer varies by stays', async () => {
    legacy.answer((_request, response) => {
      response.setHeader('RateLimit', '"own";r=5;t=1').setHeader('X-RateLimit-Remaining', '77');
      response.setHeader('Vary', 'Accept').setHeader('Content-Type', 'application/json').end('{}');
    });
    const cors = ', cors: { origins: ["https://a.example"] }';
    const facade = await start(
      limited('draft', 'requests: 9, per: 1m', 'legacy', cors) +
        limited('older', 'requests: 9, per: 1m, headers: legacy') +
        route('free', 'path: /free', 'legacy'),
    );
    const draft = (await ask(facade, '/draft')).headers;
    expect(draft.get('ratelimit')).to.match(/^"draft";r=8;t=\d+$/);
    expect([draft.get('x-ratelimit-remaining'), draft.get('vary')]).to.deep.equal(['77', 'Accept, Origin']);
    const older = (await ask(facade, '/older')).headers;
    expect(older.get('x-ratelimit-remaining')).to.equal('8');
    const free = (await ask(facade, '/free')).headers;
    expect([free.get('ratelimit'), free.get('x-ratelimit-remaining')]).to.deep.equal(['"own";r=5;t=1', '77']);
  });

  it('count by what the config says, and by the address when a request has none of it', async () => {
    const facade = await start(
      limited('user', 'requests: 1, per: 1m', 'legacy', ', auth: optional') +
        limited('header', 'requests: 1, per: 1m, by: [header x-shop]'),
      { extra: `auth: { apiKeys: { keys: [${KEYS}] } }\n` },
    );
    const as = (name: string) => ({ 'x-api-key': name });
    expect(await statuses(facade, '/user', 2, as('a'))).to.deep.equal([200, 429]);
    expect(await statuses(facade, '/user', 2, as('b'))).to.deep.equal([200, 429]);
    expect(await statuses(facade, '/user', 2)).to.deep.equal([200, 429]);
    // Who it is was not verified there: a made-up key buys no requests.
    expect(await statuses(facade, '/user', 1, as('made up'))).to.deep.equal([401]);
    expect(await statuses(facade, '/header', 2, { 'x-shop': '1' })).to.deep.equal([200, 429]);
    expect(await statuses(facade, '/header', 2, { 'x-shop': '2' })).to.deep.equal([200, 429]);
    expect(await statuses(facade, '/header', 2)).to.deep.equal([200, 429]);
  });

  it('speak against no side: neither gates nor breakers hear of a refusal', async () => {
    const facade = await start(limited('r', 'requests: 1, per: 1m', 'live'));
    expect(await statuses(facade, '/r', 30)).to.include(429);
    const { upstreams } = await facade.status();
    expect(JSON.stringify(upstreams)).to.not.include('"open"');
    const metrics = await facade.metrics();
    expect(metrics).to.match(/requests_total\{route="r",upstream="\(facade\)",outcome="4xx"[^}]*\} 29/);
    expect(metrics).to.match(/rate_limit_decisions_total\{limit="r",decision="limited"[^}]*\} 29/);
    expect(JSON.stringify(await facade.evidence('r'))).to.not.include('429');
    expect(legacy.received).to.have.length(1);
  });

  it('hold for WebSockets too', async () => {
    const facade = await start(limited('r', 'requests: 1, per: 1m'));
    const sockets = new WebSocketServer({ server: legacy.server });
    const connect = () =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${facade.url.replace('http', 'ws')}/r`);
        socket.on('open', () => resolve(socket.close()));
        socket.on('error', resolve);
        socket.on('unexpected-response', (_request, answer) =>
          resolve([answer.statusCode, answer.headers['retry-after'], answer.headers.ratelimit]),
        );
      });
    expect(await connect()).to.equal(undefined);
    const [status, wait, standing] = (await connect()) as [number, string, string];
    expect(status).to.equal(429);
    expect(wait).to.match(/^(5\d|60)$/);
    expect(standing).to.match(/^"r";r=0;t=/);
    sockets.close();
  });

  it('keep their counts over an edit of the config that is not about them', async () => {
    const facade = await start(limited('r', 'requests: 2, per: 1m'));
    expect(await statuses(facade, '/r', 3)).to.deep.equal([200, 200, 429]);
    const text = (routes: string) => config({ legacy: legacy.url, service: legacy.url, routes });
    await facade.edit(text(limited('r', 'requests: 2, per: 1m') + limited('other', 'requests: 1, per: 1m')));
    await until(async () => (await ask(facade, '/other')).status === 429, { what: 'the edit in force' });
    expect(await statuses(facade, '/r', 1)).to.deep.equal([429]);
  });

  describe('that facades share in Redis', () => {
    let redis: PrivateRedis;
    before(async () => {
      redis = await createPrivateRedis();
      await redis.start();
    });
    after(async () => {
      redis.resume();
      await redis.stop();
    });
    const shared = () => ({
      extra: `store: { kind: redis, url: "${redis.url}", prefix: ${uniqueName('limits')} }\n`,
    });
    const ROUTES =
      limited('kind', 'requests: 10, per: 1m') +
      limited('strict', 'requests: 10, per: 1m, whenStoreLost: deny') +
      route('free', 'path: /free', 'legacy');

    it('let no more through than the limit, whichever of them is asked', async () => {
      const store = shared();
      const both = [await start(ROUTES, store), await start(ROUTES, store)];
      const all = await Promise.all(
        both.map((facade) => Promise.all(Array.from({ length: 12 }, () => ask(facade, '/kind')))),
      );
      const passed = all.flat().filter(({ status }) => status === 200);
      expect(passed).to.have.length(10);
      expect(legacy.received).to.have.length(10);
    });

    for (const [what, lose, give] of [
      ['gone', () => redis.stop(), () => redis.start()],
      ['not answering', () => redis.freeze(), () => redis.resume()],
    ] as const)
      it(`follow the limit's own word while Redis is ${what}, and count again after`, async () => {
        const facade = await start(ROUTES, shared());
        expect((await ask(facade, '/kind')).status).to.equal(200);
        await lose();
        try {
          expect(new Set(await statuses(facade, '/kind', 12))).to.deep.equal(new Set([200]));
          const denied = await ask(facade, '/strict');
          expect([denied.status, denied.body.code]).to.deep.equal([503, 'RATE_LIMIT_STORE_AWAY']);
          expect(denied.headers.get('retry-after')).to.equal('1');
          expect((await ask(facade, '/free')).status).to.equal(200);
          const metrics = await facade.metrics();
          expect(metrics).to.match(/limit="kind",decision="store-lost-allowed"[^}]*\} 12/);
          expect(metrics).to.match(/limit="strict",decision="store-lost-denied"[^}]*\} 1/);
        } finally {
          await give();
        }
        await until(async () => (await ask(facade, '/strict')).status === 200, {
          what: 'the limits to be back',
        });
        await until(async () => (await ask(facade, '/kind')).status === 429, { what: 'the counts' });
        expect(
          facade.log.filter(({ message }) => message === 'the store of the rate limits is away'),
        ).to.not.deep.equal([]);
      });
  });
});
