import { expect } from 'chai';
import { parseConfig } from '../../../chassis/config/load.ts';
import type { ErrorView } from '../../../facade/admin/views.ts';
import { explain } from '../../../facade/explain/explain.ts';
import type { Explanation } from '../../../facade/explain/explanation.ts';
import { explainedRequest, explainInput } from '../../../facade/explain/input.ts';
import { offlineView } from '../../../facade/explain/offline-view.ts';
import { bucketOf } from '../../../facade/routing/assignment.ts';
import { overrideKeys, signOverride } from '../../../facade/routing/override-token.ts';
import { signCookie } from '../../../facade/routing/signed-cookie.ts';
import { until } from '../../support/wait.ts';
import { type Asked, ask, explained as askExplained, postExplain, sent } from './rig/explained.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const SECRET = 's'.repeat(32);
const [KEY] = overrideKeys([SECRET]);
const token = (side: 'legacy' | 'service', expiresAt = Date.now() + 600_000) =>
  signOverride({ side, route: undefined, expiresAt }, KEY!);

const ROUTES = [
  route('all', 'path: "/api/*", methods: [GET, HEAD, POST, DELETE]', 'legacy'),
  route('one', 'path: "/api/:id<int>", methods: [GET, POST]', 'shadow'),
  route('half', 'path: "/half/:id"', 'canary', ', percent: 50, key: [signed-cookie uid, header x-user, ip]'),
  route('agent', 'path: "/agent/:id"', 'canary', ', percent: 50, key: [header user-agent]'),
  route('mobile', 'path: /live, headers: { x-client: mobile }', 'live'),
  route('version', 'path: /live, query: { version: "2" }', 'retired'),
  route('shop', 'path: /live, host: "*.shop.test"', 'live'),
  route('lang', 'path: "/:lang<en|de>/*"', 'live'),
].join('');

/** Requests of every kind: routes by each condition, keys from each place, tokens, and what is not let in. */
function corpus(): Asked[] {
  const users = Array.from({ length: 40 }, (_, n) => ask('GET', `/half/${n % 3}`, ['x-user', `u${n}`]));
  const signed = Array.from({ length: 10 }, (_, n) =>
    ask('GET', '/half/1', ['cookie', `a=1; uid=${signCookie('uid', `u${n}`, SECRET)}`]),
  );
  const tokens = ['/half/1', '/api/7', '/live?version=2', '/api/x', '/en/a'].flatMap((url) => [
    ask('GET', url, ['x-strangler-side', token('service')]),
    ask('GET', url, ['cookie', `strangler-side=${token('legacy')}`]),
    ask('GET', url, ['x-strangler-side', token('service', 1_000)]),
    ask('GET', url, ['x-strangler-side', 'service']),
  ]);
  const twice = Array.from({ length: 20 }, (_, n) =>
    ask('GET', '/agent/1', ['user-agent', `a${n}`], ['User-Agent', `b${n}`]),
  );
  const spaced = Array.from({ length: 20 }, (_, n) => [
    ask('GET', '/half/1', ['x-user', ` \t u${n}  `]),
    ask('GET', '/half/1', ['x-user', `a${n}`], ['x-user', ` b${n}`]),
  ]).flat();
  return [
    ...users,
    ...signed,
    ...twice,
    ...spaced,
    ...tokens,
    ask('GET', '/nothing'),
    ask('GET', '/api/7'),
    ask('POST', '/api/7', ['x-strangler-side', token('service')]),
    ask('DELETE', '/api/7'),
    ask('GET', '/api/seven'),
    ask('GET', '/half/1'),
    ask('GET', '/half/1', ['cookie', 'uid=u1']),
    ask('GET', '/live'),
    ask('GET', '/live', ['X-Client', 'mobile']),
    ask('GET', '/live', ['x-client', 'mobile'], ['X-Client', 'mobile']),
    ask('GET', '/live?version=2'),
    ask('GET', '/live?version=2&version=2'),
    ask('GET', '/live', ['host', 'a.shop.test:80']),
    ask('GET', '/live', ['host', 'shop.test']),
    ask('GET', '/en/%61'),
    ask('GET', '/fr/a'),
    ask('GET', '/api/../live'),
    ask('GET', '/api//7'),
    ask('GET', '/live', ['host', 'a/b']),
  ];
}

describe('strangler route explain', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  let text: string;
  before(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    text = config({
      legacy: legacy.url,
      service: service.url,
      routes: ROUTES,
      facade: `, secrets: { overrides: [${SECRET}], cookies: [${SECRET}] }`,
    });
    facade = await startTestFacade(text);
  });
  after(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });

  const explained = (body: object) => askExplained(facade, body);

  it('sends nothing, counts nothing, and shows no session', async () => {
    const before = [legacy.received.length, service.received.length];
    const counted = async () =>
      (await facade.metrics()).split('\n').filter((line) => /^strangler_(facade|comparisons)/.test(line));
    const metrics = await counted();
    const uid = signCookie('uid', 'u-1234567890', SECRET);
    const told = await explained({ method: 'GET', url: '/half/1', headers: [['cookie', `uid=${uid}`]] });
    expect(told.key).to.deep.include({ source: 'signed-cookie uid', value: 'u-1***' });
    expect(JSON.stringify(told)).not.to.include('1234567890');
    expect([legacy.received.length, service.received.length]).to.deep.equal(before);
    expect(await counted()).to.deep.equal(metrics);
  });

  it('says of each request what the facade then does with it', async () => {
    const seen = new Set<string | undefined>();
    for (const [index, request] of corpus().entries()) {
      const requestId = `corpus-${index}`;
      request.headers.push(['x-request-id', requestId]);
      const { refused, plan, route: found, key, assignment, why } = await explained(request);
      const what = `${request.method} ${request.url} ${JSON.stringify(request.headers)}: ${why.join(' ')}`;
      const { status, by } = await sent(facade, request);
      expect(by, what).to.equal(plan[0]?.side);
      if (found?.stage === 'canary' && refused === undefined && !assignment?.overridden)
        expect(by, what).to.equal(key!.bucket < 5_000 ? 'service' : 'legacy');
      expect(status, what).to.equal(refused?.status ?? 200);
      if (refused === undefined) {
        const line = () => facade.log.find((one) => one.message === 'request' && one.requestId === requestId);
        await until(() => line() !== undefined, { what: 'the line of the access log' });
        expect(line()!.route, what).to.equal(found?.id);
      }
      seen.add(found?.id);
    }
    expect([...seen].sort(), 'a corpus that tries every route').to.deep.equal(
      ['agent', 'all', 'half', 'lang', 'mobile', 'one', 'shop', 'version', undefined].sort(),
    );
  });

  it('says the same from the config file alone, while nothing was toggled', async () => {
    const view = offlineView({
      ...parseConfig(text, 'strangler.yaml', {}),
      ...{ file: 'strangler.yaml', directory: '.', version: '1', loadedAt: 0 },
    });
    for (const request of corpus()) {
      const running = await explained(request);
      const offline = explain(view, explainedRequest(explainInput.parse(request), '127.0.0.1:0'), Date.now());
      const bare = ({ plan, ...rest }: Explanation) => ({
        ...rest,
        plan: plan.map(({ breaker: _, ...step }) => step),
      });
      expect(bare(JSON.parse(JSON.stringify(offline)))).to.deep.equal(bare(running));
    }
  });

  it('takes an identity for verified, and a whole URL for its host', async () => {
    const { request, route: found } = await explained({ url: 'http://b.shop.test/live?a=1' });
    expect([request.url, request.host, found?.id]).to.deep.equal(['/live?a=1', 'b.shop.test', 'shop']);
    expect((await explained({ url: '/half/1', ip: '10.1.2.3' })).key).to.deep.include({
      source: 'ip',
      value: '10.1.2.3',
      bucket: bucketOf('half', 'ip 10.1.2.3'),
    });
  });

  it('needs no right to change anything, and says what is wrong with what it is asked', async () => {
    expect((await postExplain(facade, { url: '/live' })).status).to.equal(200);
    const wrong = await postExplain(facade, { method: 'GET', headers: [['a']] });
    expect(wrong.status).to.equal(400);
    expect(((await wrong.json()) as ErrorView).message).to.match(/url: .*headers\.0/s);
  });
});
