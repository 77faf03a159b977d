import { expect } from 'chai';
import { overrideKeys, signOverride } from '../../../facade/routing/override-token.ts';
import { signCookie } from '../../../facade/routing/signed-cookie.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { sendRaw } from './rig/raw.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const SECRET = 's'.repeat(32);
const COOKIE_SECRET = 'c'.repeat(32);
const [KEY] = overrideKeys([SECRET]);
const token = (side: 'legacy' | 'service', rest: { route?: string; expiresAt?: number } = {}) =>
  signOverride({ side, route: undefined, expiresAt: Date.now() + 60_000, ...rest }, KEY!);

describe("A tester's override", () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  before(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
  });
  const start = async (...routes: string[]) => {
    const secrets = `, secrets: { overrides: [${SECRET}], cookies: [${COOKIE_SECRET}] }`;
    const text = config({
      legacy: legacy.url,
      service: service.url,
      routes: routes.join(''),
      facade: secrets,
    });
    facade = await startTestFacade(text);
  };
  afterEach(() => facade.close());
  after(async () => {
    await legacy.close();
    await service.close();
  });
  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const answer = await fetch(facade.url + path, { method, headers });
    await answer.text();
    return answer.headers.get('x-answered-by');
  };
  const counted = async (result: string) =>
    Number(
      new RegExp(`strangler_facade_overrides_total\\{[^}]*result="${result}"[^}]*\\} (\\d+)`).exec(
        await facade.metrics(),
      )?.[1] ?? 0,
    );

  it('chooses the side by header or cookie where the stage allows it, and goes no further', async () => {
    await start(
      route('shadowed', 'path: /shadow, methods: [GET, POST]', 'shadow'),
      route('off', 'path: /off', 'legacy'),
    );
    service.received.length = 0;
    expect(await ask('/shadow')).to.equal('legacy');
    expect(await ask('/shadow', { 'x-strangler-side': token('service') })).to.equal('service');
    expect(await ask('/shadow', { cookie: `a=1; strangler-side=${token('service')}` })).to.equal('service');
    expect(await ask('/shadow', { 'x-strangler-side': token('service') }, 'POST'), 'a write').to.equal(
      'legacy',
    );
    expect(await ask('/off', { 'x-strangler-side': token('service', { route: 'off' }) })).to.equal('legacy');
    expect(await ask('/shadow', { 'x-strangler-side': token('service', { route: 'off' }) })).to.equal(
      'legacy',
    );
    expect(JSON.stringify([...service.received, ...legacy.received])).not.to.include('strangler-side');
    await until(async () => (await counted('applied')) === 2 && (await counted('unused')) === 3, {
      what: 'the counts',
    });
    const chosen = facade.log.filter(({ override }) => override !== undefined);
    expect(chosen.map(({ override, route: id }) => [override, id])).to.deep.equal([
      ['service', 'shadowed'],
      ['service', 'shadowed'],
    ]);
  });

  it('is ignored and counted when it is raw, forged or has ended', async () => {
    await start(route('shadowed', 'path: /shadow', 'shadow'));
    const forged = `${token('service').slice(0, -3)}AAA`;
    for (const value of ['service', forged, `${token('service')}x`])
      expect(await ask('/shadow', { 'x-strangler-side': value }), value).to.equal('legacy');
    const ended = token('service', { expiresAt: Date.now() - 1_000 });
    expect(await ask('/shadow', { cookie: `strangler-side=${ended}` })).to.equal('legacy');
    await until(async () => (await counted('forged')) === 3 && (await counted('expired')) === 1, {
      what: 'the counts',
    });
  });

  it('leaves no evidence, for or against', async () => {
    await start(route('c', 'path: /canary', 'canary', ', percent: 100'));
    service.answer((_request, response) => {
      response.statusCode = 500;
      response.setHeader('x-answered-by', 'service');
      response.end();
    });
    for (let n = 0; n < 3; n += 1)
      expect(await ask('/canary', { 'x-strangler-side': token('service') })).to.equal('service');
    expect(await ask('/canary', { 'x-strangler-side': token('legacy') })).to.equal('legacy');
    service.answer(json('service'));
    expect(await ask('/canary')).to.equal('service');
    await until(async () => (await facade.evidence('c')).summary.service.answered === 1, {
      what: 'one answer',
    });
    const { summary } = await facade.evidence('c');
    expect(summary.service).to.deep.equal({ answered: 1, failed: 0 });
    expect(summary.legacy).to.deep.equal({ answered: 0, failed: 0 });
    expect(summary.compared).to.equal(0);
    expect(summary.skipped).to.deep.equal({ overridden: 4 });
  });

  it('opens a WebSocket where writes may go, and nowhere else', async () => {
    await start(route('s', 'path: /shadow', 'shadow'), route('c', 'path: /canary', 'canary', ', percent: 0'));
    const upgrade = (path: string) =>
      sendRaw(
        facade.url,
        `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Strangler-Side: ${token('service')}\r\n\r\n`,
        /\r\n\r\n/,
      );
    service.received.length = 0;
    await upgrade('/shadow');
    expect(service.received).to.have.length(0);
    await upgrade('/canary');
    await until(() => service.received.length === 1, { what: 'the upgrade' });
    expect(service.received[0]!.headers).not.to.have.property('x-strangler-side');
  });

  it('is not needed to spread clients: a signed cookie is a key that they cannot choose', async () => {
    await start(route('c', 'path: /canary', 'canary', ', percent: 100, key: [signed-cookie uid]'));
    const cookie = `uid=${signCookie('uid', 'u1', COOKIE_SECRET)}`;
    expect(await ask('/canary', { cookie })).to.equal('service');
    expect(await ask('/canary', { cookie: 'uid=u1' })).to.equal('legacy');
    expect(await ask('/canary', { cookie: `uid=u2.${cookie.split('.')[1]}` })).to.equal('legacy');
    expect(await ask('/canary')).to.equal('legacy');
  });
});
