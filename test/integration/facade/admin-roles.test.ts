import { createHash } from 'node:crypto';
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
  const ask = async (method: string, path: string, { as, body }: { as?: string; body?: object } = {}) => {
    const bearer = as === undefined ? {} : { authorization: `Bearer ${as}-token` };
    const headers = { 'content-type': 'application/json', ...bearer };
    const options = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(facade.admin + path, options);
    return { status: answer.status, body: (await answer.json()) as ErrorView };
  };
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
    for (const as of ['rita', 'otto', 'ada']) {
      for (const path of ['/api/status', '/api/routes', '/api/routes/r', '/api/routes/r/history'])
        expect((await ask('GET', path, { as })).status, `${as} ${path}`).to.equal(200);
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

  it('take a question of what would become of a request for reading, though it is asked with POST', async () => {
    const explain = (as?: string) =>
      ask('POST', '/api/explain', { body: { method: 'GET', url: '/api/1' }, ...(as && { as }) });
    await start([]);
    expect((await explain()).status).to.equal(200);
    await facade.close();
    await start();
    expect((await explain()).status).to.equal(401);
    for (const as of ['rita', 'otto', 'ada']) expect((await explain(as)).status, as).to.equal(200);
  });

  it('show in the status that an edit was refused which would open the API to other machines', async () => {
    const open = (tokens: readonly string[]) =>
      text(tokens).replace('admin: "127.0.0.1:0"', 'admin: "0.0.0.0:0"');
    facade = await startTestFacade(open(TOKENS), { token: '' });
    await facade.edit(open([]));
    const { port } = new URL(facade.admin);
    const rita = { headers: { authorization: 'Bearer rita-token' } };
    const status = async () =>
      (await (await fetch(`http://127.0.0.1:${port}/api/status`, rita)).json()) as {
        config: { problem?: { code: string } };
      };
    await until(async () => (await status()).config.problem?.code === 'ADMIN_EXPOSED', {
      what: 'the edit to be refused',
    });
  });
});
