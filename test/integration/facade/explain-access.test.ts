import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { JWTPayload } from 'jose';
import { parseConfig } from '../../../chassis/config/load.ts';
import { explain } from '../../../facade/explain/explain.ts';
import type { Explanation } from '../../../facade/explain/explanation.ts';
import { explainedRequest, explainInput } from '../../../facade/explain/input.ts';
import { offlineView } from '../../../facade/explain/offline-view.ts';
import { type Asked, ask, explained, sent } from './rig/explained.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { startIssuer, type TestIssuer } from './rig/issuer.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const CORS = ', cors: { origins: ["https://shop.test"], methods: [GET, PUT], headers: [x-a] }';
const ROUTES = [
  route('strict', 'path: "/strict/*"', 'live'),
  route('mended', 'path: "/mended/*"', 'live', ', ambiguousTargets: normalise'),
  route('raw', 'path: "/raw/*"', 'live', ', ambiguousTargets: pass'),
  route('tokens', 'path: /tokens', 'live', ', auth: [jwt]'),
  route('scoped', 'path: /scoped', 'live', ', auth: required, scopes: ["orders:read"]'),
  route('keys', 'path: /keys', 'live', ', auth: [apiKey]'),
  route('maybe', 'path: /maybe', 'live', ', auth: optional'),
  route('pages', 'path: /pages, methods: [GET, PUT]', 'live', `, auth: [apiKey]${CORS}`),
  route('small', 'path: /small, methods: [GET, POST]', 'live', ', limits: { body: 8B }'),
  route(
    'counted',
    'path: /counted',
    'live',
    ', rateLimit: { requests: 1000, per: 1m, by: [header x-who, ip] }',
  ),
].join('');

describe('strangler route explain, of what is let in', () => {
  let issuer: TestIssuer;
  let service: TestUpstream;
  let facade: TestFacade;
  let text: string;
  before(async () => {
    issuer = await startIssuer();
    service = await startUpstream(json('service'));
    text = config({
      legacy: service.url,
      service: service.url,
      routes: ROUTES,
      facade:
        ', getBodies: reject, underscoreHeaders: reject, hosts: [h.test], limits: { url: 200, headers: 20 }',
      extra: `auth:
  jwt: ${issuer.yaml}
  apiKeys: { keys: [{ name: partner, sha256: ${sha256('k-1')}, scopes: ["orders:read"] }, { name: other, sha256: ${sha256('k-2')} }] }
`,
    });
    facade = await startTestFacade(text);
  });
  after(async () => {
    await facade.close();
    await service.close();
    await issuer.server.close();
  });

  const bearer = async (claims: JWTPayload = {}, header: object = {}): Promise<[string, string]> => [
    'authorization',
    `Bearer ${await issuer.token(claims, { ...header })}`,
  ];
  const why = async (request: Asked) => (await explained(facade, request)).why.join(' ');
  const HOST: [string, string] = ['host', 'h.test'];
  const UPGRADE: [string, string][] = [
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
  ];

  async function corpus(): Promise<Asked[]> {
    const now = Math.floor(Date.now() / 1_000);
    const claims: JWTPayload[] = [
      {},
      { scope: 'orders:read other' },
      { exp: now - 60 },
      { exp: undefined },
      { nbf: now + 60 },
      { iss: 'https://else.test' },
      { aud: 'else' },
      { aud: ['else', 'shop'] },
      { sub: undefined },
      { sub: '' },
    ];
    const tokens = await Promise.all(claims.map((one) => bearer(one)));
    const paths = ['/tokens', '/scoped', '/keys', '/maybe', '/elsewhere'];
    const credentials: [string, string][][] = [
      [],
      [['x-api-key', 'k-1']],
      [['x-api-key', 'k-2']],
      [['x-api-key', 'nonsense']],
      [['authorization', 'Bearer nonsense']],
      [['authorization', `Bearer ${'x'.repeat(9_000)}`]],
      [['authorization', 'Basic YTpi']],
      ...tokens.map((one) => [one]),
      [tokens[0]!, ['x-api-key', 'k-1']],
    ];
    const origin = (text: string): [string, string] => ['origin', text];
    const wants = (method: string): [string, string] => ['access-control-request-method', method];
    const foreign = await startIssuer();
    const forged = `Bearer ${await foreign.token()}`;
    await foreign.server.close();
    return [
      ask('GET', '/tokens', HOST, ['authorization', forged]),
      ...paths.flatMap((path) => credentials.map((with_) => ask('GET', path, HOST, ...with_))),
      ...['/strict/a%2fb', '/strict//a', '/mended/x/..//a%2fb', '/mended/%00', '/raw/a//b', '/raw/%zz'].map(
        (url) => ask('GET', url, HOST),
      ),
      ask('GET', '/mended/../strict/a', HOST),
      ask('GET', '/raw/../strict/a', HOST),
      ask('GET', '//else', HOST),
      ask('GET', `/strict/${'a'.repeat(300)}`, HOST),
      ask('GET', '/strict/a', ['host', 'else.test']),
      ask('TRACE', '/strict/a', HOST),
      ask('GET', '/strict/a', HOST, ['x_y', '1']),
      ask('GET', '/strict/a', HOST, ['content-length', '4']),
      ask(
        'GET',
        '/strict/a',
        HOST,
        ...Array.from({ length: 30 }, (_, n): [string, string] => [`x-${n}`, '']),
      ),
      ask('POST', '/small', HOST, ['content-length', '9']),
      ask('POST', '/small', HOST, ['expect', '200-ok']),
      ask('GET', '/pages', HOST, ...UPGRADE, ['content-length', '9']),
      ask('GET', '/pages', HOST, ...UPGRADE, ['expect', '200-ok']),
      ask('POST', '/small', HOST, ['content-length', '2'], ['transfer-encoding', 'chunked']),
      ask('GET', '/pages', HOST, origin('https://shop.test'), ['x-api-key', 'k-1']),
      ask('OPTIONS', '/pages', HOST, origin('https://shop.test'), wants('PUT')),
      ask('OPTIONS', '/pages', HOST, origin('https://shop.test'), wants('DELETE')),
      ask('OPTIONS', '/pages', HOST, origin('https://else.test'), wants('PUT')),
      ask('OPTIONS', '/strict/a', HOST, origin('https://else.test'), wants('GET')),
      ask('GET', '/counted', HOST, ['x-who', 'somebody']),
    ];
  }

  it('says of each what the facade then answers, and by which code', async () => {
    const codes = new Set<string | undefined>();
    for (const request of await corpus()) {
      const { refused, access, plan, why: reasons } = await explained(facade, request);
      const what = `${request.method} ${request.url} ${request.headers.join(' ')}: ${reasons.join(' ')}`;
      const { status, code, by } = await sent(facade, request);
      const preflight = refused === undefined && access?.cors?.preflight === true;
      expect(status, what).to.equal(refused?.status ?? (preflight ? 204 : 200));
      expect(code, what).to.equal(refused?.code);
      expect(by === undefined, what).to.equal(plan.length === 0);
      if (refused !== undefined) expect(reasons.join(' ')).to.include(`${refused.status} ${refused.code}.`);
      codes.add(refused?.code);
    }
    expect([...codes].filter((code) => code !== undefined).sort()).to.deep.equal([
      ...['API_KEY_INVALID', 'AUTH_REQUIRED', 'BODY_TOO_LARGE', 'BODY_UNEXPECTED', 'CORS_REFUSED'],
      ...[
        'CREDENTIAL_KIND_REFUSED',
        'EXPECTATION_UNKNOWN',
        'FRAMING_REFUSED',
        'HEADERS_TOO_LARGE',
        'HEADER_REFUSED',
        'HOST_UNKNOWN',
        'METHOD_REFUSED',
      ],
      ...['SCOPE_MISSING', 'TARGET_AMBIGUOUS', 'TARGET_TOO_LONG', 'TOKEN_INVALID', 'UPGRADE_WITH_BODY'],
    ]);
  });

  it('says the same from the config file alone', async () => {
    const view = offlineView({
      ...parseConfig(text, 'strangler.yaml', {}),
      ...{ file: 'strangler.yaml', directory: '.', version: '1', loadedAt: 0 },
    });
    // The file has no keys of the issuer: a token is at its word.
    const bare = ({ plan, why: _, access, ...rest }: Explanation) => ({
      ...rest,
      access: access && { ...access, auth: access.auth && { ...access.auth, unverified: undefined } },
      plan: plan.map(({ breaker: __, ...step }) => step),
    });
    const [, ...others] = await corpus();
    for (const request of others) {
      const offline = explain(view, explainedRequest(explainInput.parse(request), '127.0.0.1:0'), Date.now());
      expect(bare(JSON.parse(JSON.stringify(offline)))).to.deep.equal(bare(await explained(facade, request)));
    }
  });

  it('names the kinds of credentials that the config knows, of those that a route takes', async () => {
    const { access } = await explained(facade, ask('GET', '/scoped', HOST));
    expect(access?.auth?.kinds).to.deep.equal(['jwt', 'apiKey']);
    const keysOnly = config({
      ...{ legacy: service.url, service: service.url },
      routes: route('r', 'path: /r', 'live', ', auth: required'),
      extra: `auth: { apiKeys: { keys: [{ name: a, sha256: ${sha256('k-1')} }] } }`,
    });
    const view = offlineView({
      ...parseConfig(keysOnly, 'strangler.yaml', {}),
      ...{ file: 'strangler.yaml', directory: '.', version: '1', loadedAt: 0 },
    });
    const offline = explain(view, explainedRequest(explainInput.parse({ url: '/r' }), 'h.test'), Date.now());
    expect(offline.why.join(' ')).to.include('It needs a credential (apiKey), and has none.');
  });

  it('says which policy decides about an ambiguous path, and whose', async () => {
    const of = async (url: string) => (await explained(facade, ask('GET', url, HOST))).ambiguous;
    expect(await of('/strict/a%2fb')).to.deep.include({ problem: 'encoded-separator', applied: 'reject' });
    expect(await of('/strict/a')).to.equal(undefined);
    const mended = await explained(facade, ask('GET', '/mended/x/..//a%2fb', HOST));
    expect(mended.ambiguous?.applied).to.equal('normalise');
    expect(mended.target?.path).to.equal('/mended/a/b');
    expect(mended.why[1]).to.equal(
      'ambiguousTargets of route mended is normalise: it goes on as /mended/a/b.',
    );
    expect(await why(ask('GET', '/raw/a//b', HOST))).to.include(
      'of route raw is pass: it goes on as it came.',
    );
    expect(await why(ask('GET', '//else', HOST))).to.include('ambiguousTargets of the facade is reject');
    expect(await why(ask('GET', '/mended/../strict/a', HOST))).to.include(
      'ambiguousTargets of route mended, which it names as it came, is normalise: it is not forwarded so.',
    );
  });

  it('checks signatures by the keys that the facade knows, and says so where it knows none', async () => {
    const signed = ask('GET', '/tokens', HOST, await bearer());
    expect((await explained(facade, signed)).access?.auth).to.deep.include({
      presented: 'jwt',
      subject: 'alice',
    });
    expect((await explained(facade, signed)).access?.auth).not.to.have.property('unverified');
    const fetched = issuer.server.received.length;
    const stranger = ask('GET', '/tokens', HOST, await bearer({}, { kid: 'unheard-of' }));
    const { access, why: reasons } = await explained(facade, stranger);
    expect(access?.auth).to.deep.include({ presented: 'jwt', unverified: true });
    expect(reasons.join(' ')).to.include('Its signature is not checked here.');
    expect(issuer.server.received, 'nobody is asked for more keys').to.have.length(fetched);
  });

  it('says by which key each limit counts, shortened where it may be a secret, and counts nothing', async () => {
    const request = ask('GET', '/counted', HOST, ['x-who', 'somebody']);
    const before = await facade.metrics();
    const { access } = await explained(facade, request);
    const [limit] = access!.limits;
    expect(limit).to.deep.equal({
      name: 'counted',
      requests: 1_000,
      per: 60_000,
      key: 'header x-who som***',
    });
    const byAddress = await explained(facade, { ...ask('GET', '/counted', HOST), ip: '2001:db8::1' });
    expect(byAddress.access?.limits[0]?.key).to.equal('ip 2001:db8:0:0');
    const decisions = (text: string) =>
      text.split('\n').filter((line) => line.includes('rate_limit_decisions'));
    expect(decisions(await facade.metrics())).to.deep.equal(decisions(before));
  });

  it('never repeats a credential', async () => {
    const told = JSON.stringify(
      await Promise.all([
        explained(facade, ask('GET', '/keys', HOST, ['x-api-key', 'k-1'])),
        explained(facade, ask('GET', '/tokens', HOST, ['authorization', 'Bearer a.secret.token'])),
      ]),
    );
    expect(told).not.to.include('k-1').and.not.to.include('secret');
  });
});
