import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { startIssuer, type TestIssuer } from './rig/issuer.ts';
import { sendRaw } from './rig/raw.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('Credentials at the facade', () => {
  let issuer: TestIssuer;
  let legacy: TestUpstream;
  let facade: TestFacade;

  const yaml = (rest = '') =>
    config({
      legacy: legacy.url,
      service: legacy.url,
      routes:
        route('tokens', 'path: /tokens', 'legacy', ', auth: [jwt]') +
        route('scoped', 'path: /scoped', 'legacy', ', auth: [jwt], scopes: ["orders:read"]') +
        route('keys', 'path: /keys', 'legacy', ', auth: [apiKey]') +
        route('any', 'path: /any', 'legacy', ', auth: required') +
        route('maybe', 'path: /maybe', 'legacy', ', auth: optional'),
      extra: `auth:
  jwt: ${issuer.yaml}
  apiKeys: { keys: [{ name: partner, sha256: ${sha256('k-1')}, tenant: acme }] }
${rest}`,
    });
  const ask = (path: string, headers: Record<string, string> = {}) => fetch(facade.url + path, { headers });
  const withToken = (token: string, path = '/tokens') => ask(path, { authorization: `Bearer ${token}` });
  const outcome = async (response: Response) => {
    const body = (await response.json()) as { code?: string };
    return [response.status, body.code, response.headers.get('www-authenticate')];
  };
  const INVALID = [401, 'TOKEN_INVALID', 'Bearer error="invalid_token"'];

  before(async () => {
    issuer = await startIssuer();
    legacy = await startUpstream(json('legacy'));
    facade = await startTestFacade(yaml());
  });
  beforeEach(() => legacy.received.splice(0));
  after(async () => {
    await facade.close();
    await legacy.close();
    await issuer.server.close();
  });

  it('let a good token through, and the token with it', async () => {
    const token = await issuer.token();
    expect((await withToken(token)).status).to.equal(200);
    expect(legacy.received[0]?.headers.authorization).to.equal(`Bearer ${token}`);
    expect(legacy.received[0]?.headers).to.not.have.property('x-strangler-subject');
  });

  it('refuse a request without any, and say how to ask', async () => {
    expect(await outcome(await ask('/tokens'))).to.deep.equal([401, 'AUTH_REQUIRED', 'Bearer']);
    expect(await outcome(await ask('/keys'))).to.deep.equal([
      401,
      'AUTH_REQUIRED',
      'ApiKey header="x-api-key"',
    ]);
    expect(legacy.received).to.deep.equal([]);
  });

  it('are not looked at where nothing asks for them', async () => {
    expect((await ask('/elsewhere', { authorization: 'Bearer nonsense' })).status).to.equal(200);
  });

  const now = () => Math.floor(Date.now() / 1_000);
  const broken: [string, () => Promise<string>][] = [
    ['of another audience', () => issuer.token({ aud: 'bank' })],
    ['of another issuer', () => issuer.token({ iss: 'https://elsewhere.test' })],
    ['that ended', () => issuer.token({ exp: now() - 6 })],
    ['that begins later', () => issuer.token({ nbf: now() + 60 })],
    ['without an end', () => issuer.token({ exp: undefined as never })],
    ['without a subject', () => issuer.token({ sub: undefined as never })],
    ['with an unknown key', () => issuer.token({}, { kid: 'made-up' })],
    ['that is longer than 8 KiB', () => issuer.token({ filling: 'x'.repeat(7_000) })],
    ['that is no token', async () => 'nonsense'],
    ['that is not signed', async () => `${encode({ alg: 'none' })}.${(await issuer.token()).split('.')[1]}.`],
    [
      'that is signed with the public key as a shared secret',
      async () => {
        const head = `${encode({ alg: 'HS256', kid: 'key-1' })}.${(await issuer.token()).split('.')[1]}`;
        const mac = createHmac('sha256', await issuer.publicPem())
          .update(head)
          .digest('base64url');
        return `${head}.${mac}`;
      },
    ],
    [
      'with a critical extension that nobody here knows',
      async () => {
        const [head, body, signature] = (await issuer.token()).split('.');
        const known = JSON.parse(Buffer.from(head!, 'base64url').toString());
        return `${encode({ ...known, crit: ['exotic'], exotic: true })}.${body}.${signature}`;
      },
    ],
    [
      'whose claims were changed',
      async () => {
        const [head, , signature] = (await issuer.token()).split('.');
        return `${head}.${encode({ iss: 'https://issuer.test', aud: 'shop', sub: 'root', exp: now() + 600 })}.${signature}`;
      },
    ],
  ];
  for (const [what, make] of broken) {
    it(`refuse a token ${what}`, async () => {
      expect(await outcome(await withToken(await make()))).to.deep.equal(INVALID);
      expect(legacy.received).to.deep.equal([]);
    });
  }

  it('forgive clocks that are a little apart', async () => {
    expect((await withToken(await issuer.token({ exp: now() - 2 }))).status).to.equal(200);
    expect((await withToken(await issuer.token({ nbf: now() + 3 }))).status).to.equal(200);
  });

  it('refuse a request that carries two', async () => {
    const token = await issuer.token();
    const line = `Authorization: Bearer ${token}\r\n`;
    const answer = await sendRaw(
      facade.url,
      `GET /tokens HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${line}${line}\r\n`,
    );
    expect(answer)
      .to.match(/^HTTP\/1\.1 400 /)
      .and.include('AUTH_AMBIGUOUS');
    expect(legacy.received).to.deep.equal([]);
  });

  it('tell a missing scope apart from a missing token', async () => {
    expect(
      await outcome(await withToken(await issuer.token({ scope: 'orders:write' }), '/scoped')),
    ).to.deep.equal([403, 'SCOPE_MISSING', 'Bearer error="insufficient_scope", scope="orders:read"']);
    const good = await issuer.token({ scope: 'a orders:read' });
    expect((await withToken(good, '/scoped')).status).to.equal(200);
  });

  it('may be API keys, known by their digest', async () => {
    expect((await ask('/keys', { 'x-api-key': 'k-1' })).status).to.equal(200);
    expect((await outcome(await ask('/keys', { 'x-api-key': 'k-2' }))).slice(0, 2)).to.deep.equal([
      401,
      'API_KEY_INVALID',
    ]);
    // The digest is not the key.
    expect((await ask('/keys', { 'x-api-key': sha256('k-1') })).status).to.equal(401);
    expect((await outcome(await withToken(await issuer.token(), '/keys'))).slice(0, 2)).to.deep.equal([
      403,
      'CREDENTIAL_KIND_REFUSED',
    ]);
    expect((await ask('/any', { 'x-api-key': 'k-1' })).status).to.equal(200);
  });

  it('may be left out where they are optional, but not be wrong', async () => {
    expect((await ask('/maybe')).status).to.equal(200);
    expect((await ask('/maybe', { authorization: 'Basic dTpw' })).status).to.equal(200);
    expect((await withToken('nonsense', '/maybe')).status).to.equal(401);
  });

  it('are held against WebSockets as against any request', async () => {
    const socket = new WebSocket(`${facade.url.replace('http', 'ws')}/tokens`);
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode));
      socket.on('error', resolve);
    });
    expect(status).to.equal(401);
    expect(legacy.received).to.deep.equal([]);
  });

  it('tell the upstreams who it is, and stay at the facade, where the config says so', async () => {
    const own = await startTestFacade(yaml('  forward: true\n  strip: true\n'));
    try {
      const token = await issuer.token({ sub: 'ålice\n', tenant: 'acme', scope: 'a b' });
      await fetch(`${own.url}/tokens`, {
        headers: {
          authorization: `Bearer ${token}`,
          'x-strangler-subject': 'root',
          'x-strangler-tenant': 'x',
        },
      });
      await fetch(`${own.url}/keys`, { headers: { 'x-api-key': 'k-1' } });
      await fetch(`${own.url}/maybe`, { headers: { 'x-strangler-subject': 'root' } });
      const told = legacy.received.map(({ headers }) => [
        headers['x-strangler-subject'],
        headers['x-strangler-tenant'],
        headers['x-strangler-scopes'],
        headers.authorization ?? headers['x-api-key'],
      ]);
      expect(told).to.deep.equal([
        ['%C3%A5lice%0A', 'acme', 'a b', undefined],
        ['partner', 'acme', undefined, undefined],
        [undefined, undefined, undefined, undefined],
      ]);
    } finally {
      await own.close();
    }
  });

  it('count as neither side’s answers when they are refused', async () => {
    await ask('/tokens');
    const { counters } = (await facade.evidence('tokens')) as unknown as {
      counters?: Record<string, number>;
    };
    expect(JSON.stringify(counters ?? {})).to.not.include('"failed');
    expect(await facade.metrics()).to.match(/authentications_total\{outcome="AUTH_REQUIRED"/);
    expect(await facade.metrics()).to.match(
      /requests_total\{route="tokens",upstream="\(facade\)",outcome="4xx"/,
    );
  });
});
