import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import type { ErrorView, HistoryView } from '../../../facade/admin/views.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const token = (name: string, role: string) =>
  `{ name: ${name}, role: ${role}, sha256: ${sha256(`${name}-token`)} }`;
const TOKENS = [token('rita', 'reader'), token('otto', 'operator'), token('ada', 'admin')];

describe('Roles on the admin API', () => {
  let legacy: TestUpstream;
  let facade: TestFacade;
  const text = (tokens: readonly string[], stage = 'legacy') =>
    config({
      ...{ legacy: legacy.url, service: legacy.url, routes: route('r', 'path: /api/:id', stage) },
      facade: `, tokens: [${tokens.join(', ')}]`,
    });
  const start = async (tokens: readonly string[] = TOKENS, own = '') => {
    facade = await startTestFacade(text(tokens), { token: own });
  };
  /** Status and code of an answer to a request with headers of its own. */
  const ask = (
    method: string,
    path: string,
    { as, headers = {}, body }: { as?: string; headers?: Record<string, string>; body?: object } = {},
  ) =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: ErrorView }>((resolve, reject) => {
      const bearer = as === undefined ? {} : { authorization: `Bearer ${as}-token` };
      const sent = method === 'GET' ? {} : { 'content-type': 'application/json' };
      const options = { method, headers: { ...sent, ...bearer, ...headers } };
      const outgoing = httpRequest(facade.admin + path, options, async (answer) => {
        const all = Buffer.concat(await answer.toArray()).toString();
        resolve({
          status: answer.statusCode!,
          headers: answer.headers,
          body: all.startsWith('{') ? JSON.parse(all) : undefined,
        });
      });
      outgoing.on('error', reject).end(body && JSON.stringify(body));
    });
  const rollback = (options: Parameters<typeof ask>[2] = {}) =>
    ask('POST', '/api/routes/r/rollback', { body: { reason: 'x' }, ...options });
  const shadow = (as: string, force = false) =>
    ask('PUT', '/api/routes/r/stage', { as, body: { stage: 'shadow', reason: 'go', force } });

  before(async () => {
    legacy = await startUpstream(json('legacy', () => ({})));
  });
  after(() => legacy.close());
  afterEach(() => facade?.close());

  it('let readers read, operators move, and only admins force', async () => {
    await start();
    const explain = { method: 'GET', url: '/api/1' };
    for (const as of ['rita', 'otto', 'ada']) {
      for (const path of ['/api/status', '/api/routes', '/api/routes/r', '/api/routes/r/history'])
        expect((await ask('GET', path, { as })).status, `${as} ${path}`).to.equal(200);
      expect((await ask('POST', '/api/explain', { as, body: explain })).status, as).to.equal(200);
    }
    const tooLow = await shadow('rita');
    expect([tooLow.status, tooLow.body.code]).to.deep.equal([403, 'ADMIN_ROLE_TOO_LOW']);
    expect(tooLow.body.message).to.include('rita').and.include('expected operator');
    expect((await shadow('otto')).status).to.equal(200);
    expect((await rollback({ as: 'otto' })).status).to.equal(200);
    const forced = await shadow('otto', true);
    expect([forced.status, forced.body.code]).to.deep.equal([403, 'ADMIN_ROLE_TOO_LOW']);
    expect((await shadow('ada', true)).status).to.equal(200);
    for (const [method, path] of [
      ['POST', '/api/routes/r/promote'],
      ['PUT', '/api/groups/g/stage'],
      ['POST', '/api/groups/g/promote'],
      ['POST', '/api/groups/g/rollback'],
      ['DELETE', '/api/routes/r'],
    ] as const)
      expect((await ask(method, path, { as: 'rita', body: {} })).body.code, path).to.equal(
        'ADMIN_ROLE_TOO_LOW',
      );
  });

  it('write the name of the token into the history, whatever the body says', async () => {
    await start();
    await ask('PUT', '/api/routes/r/stage', {
      ...{ as: 'otto', body: { stage: 'shadow', reason: 'go', actor: 'ada' } },
    });
    await rollback({ as: 'ada' });
    const { entries } = (await ask('GET', '/api/routes/r/history', { as: 'rita' }))
      .body as unknown as HistoryView;
    expect(entries.map(({ actor, role, forced }) => [actor, role, forced])).to.deep.equal([
      ['ada', 'admin', false],
      ['otto (for ada)', 'operator', false],
    ]);
    const ugly = await rollback({ as: 'ada', body: { reason: 'x\u001b[2J' } });
    expect(ugly.body.code).to.equal('REQUEST_INVALID');
  });

  it('close reading too as soon as there is a token, but not health and metrics', async () => {
    await start([]);
    expect((await ask('GET', '/api/routes')).status).to.equal(200);
    const rebound = await ask('GET', '/api/routes', { headers: { host: 'evil.test' } });
    expect([rebound.status, rebound.body.code]).to.deep.equal([403, 'ADMIN_PAGE_FOREIGN']);
    expect((await ask('POST', '/api/explain', { body: { method: 'GET', url: '/a' } })).status).to.equal(200);
    expect((await rollback({ as: 'ada' })).body.code).to.equal('ADMIN_TOKEN_MISSING');
    await facade.edit(text(TOKENS));
    await until(async () => (await ask('GET', '/api/routes')).status === 401, {
      what: 'the tokens to count',
    });
    const refused = await ask('GET', '/api/status');
    expect(refused.headers['www-authenticate']).to.equal('Bearer');
    expect((await ask('POST', '/api/explain', { body: { method: 'GET', url: '/a' } })).status).to.equal(401);
    for (const path of ['/health/live', '/health/ready', '/metrics'])
      expect((await ask('GET', path)).status, path).to.equal(200);
    expect((await ask('GET', '/api/routes', { as: 'rita' })).status).to.equal(200);
  });

  it('know the token of the environment beside those of the file, as that of an admin', async () => {
    await start(TOKENS, 'own-token');
    expect((await shadow('own', true)).status).to.equal(200);
    expect((await rollback({ as: 'otto' })).status).to.equal(200);
  });

  it('take a token that an edit of the file takes out at once', async () => {
    await start();
    await facade.edit(text(TOKENS.slice(1)));
    await until(async () => (await ask('GET', '/api/routes', { as: 'rita' })).status === 401);
    expect((await ask('GET', '/api/routes', { as: 'otto' })).status).to.equal(200);
  });

  it("refuse changes that another site's page sends, or a form", async () => {
    await start();
    const host = new URL(facade.admin).host;
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: `http://${host}.evil.test` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: `http://${host}` },
    ];
    for (const headers of foreign) {
      const { status, body } = await rollback({ as: 'ada', headers });
      expect([status, body.code], JSON.stringify(headers)).to.deep.equal([403, 'ADMIN_PAGE_FOREIGN']);
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const { status, body } = await rollback({ as: 'ada', headers: { 'content-type': type } });
      expect([status, body.code], type).to.deep.equal([415, 'ADMIN_BODY_NOT_JSON']);
    }
    const cookie = await rollback({ headers: { cookie: 'token=ada-token' } });
    expect(cookie.status).to.equal(401);
    const own = { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    expect((await rollback({ as: 'ada', headers: own })).status).not.to.equal(403);
  });

  it('make an address wait after many wrong tokens, and never log one', async () => {
    await start();
    let refusals = 0;
    for (; refusals < 100; refusals += 1)
      if ((await ask('GET', '/api/routes', { as: `guessed-${refusals}` })).status === 429) break;
    expect(refusals).to.be.within(5, 50);
    const late = await rollback({ as: 'ada' });
    expect([late.status, late.body.code]).to.deep.equal([429, 'ADMIN_ATTEMPTS_TOO_MANY']);
    expect(Number(late.headers['retry-after'])).to.be.within(1, 60);
    const lines = facade.log.filter(({ message }) => message === 'wrong admin token');
    expect(lines).to.have.length(refusals);
    expect(lines[0]).to.include({ address: '127.0.0.1', method: 'GET', path: '/api/routes' });
    expect(JSON.stringify(facade.log)).not.to.include('guessed');
    expect(await facade.metrics()).to.match(
      new RegExp(`strangler_admin_refused_total\\{reason="wrong token",process="facade"\\} ${refusals}`),
    );
  });

  it('let a right token pass beside a program that goes on with a wrong one', async () => {
    await start();
    for (let polls = 0; polls < 60; polls += 1)
      expect((await ask('GET', '/api/routes', { as: 'stale' })).status).to.equal(401);
    expect((await rollback({ as: 'otto' })).status).to.equal(200);
    expect(facade.log.filter(({ message }) => message === 'wrong admin token')).to.have.length(1);
    expect(await facade.metrics()).to.include(
      'strangler_admin_refused_total{reason="wrong token",process="facade"} 60',
    );
  });

  it('keep an address that other machines reach closed while there is no token, also after an edit', async () => {
    const open = (tokens: readonly string[]) =>
      text(tokens).replace('admin: "127.0.0.1:0"', 'admin: "0.0.0.0:0"');
    const error = await startTestFacade(open([]), { token: '' }).catch((thrown) => thrown);
    expect(error).to.include({ code: 'ADMIN_EXPOSED' });
    facade = await startTestFacade(open(TOKENS), { token: '' });
    await facade.edit(open([]));
    const port = new URL(facade.admin).port;
    const rita = { headers: { authorization: 'Bearer rita-token' } };
    const status = async () =>
      (await (await fetch(`http://127.0.0.1:${port}/api/status`, rita)).json()) as {
        config: { problem?: { code: string } };
      };
    await until(async () => (await status()).config.problem?.code === 'ADMIN_EXPOSED', {
      what: 'the edit to be refused',
    });
    expect((await fetch(`http://127.0.0.1:${port}/api/status`)).status).to.equal(401);
  });
});
