import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { explanationLines } from '../../../cli/show-explanation.ts';
import { bucketOf } from '../../../facade/routing/assignment.ts';
import { overrideKeys, signOverride } from '../../../facade/routing/override-token.ts';
import { until } from '../../support/wait.ts';
import { ask, explained, sent } from './rig/explained.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const SECRET = 's'.repeat(32);
const HOUR = 3_600_000;
const token = (side: 'legacy' | 'service', expiresAt: number, secret = SECRET, only?: string) =>
  signOverride({ side, route: only, expiresAt }, overrideKeys([secret])[0]!);

const UPGRADE: [string, string][] = [
  ['upgrade', 'websocket'],
  ['connection', 'Upgrade'],
  ['sec-websocket-version', '13'],
  ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
];

describe('strangler route explain, of who answers', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let twin: TestUpstream;
  let facade: TestFacade;
  before(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    twin = await startUpstream(json('service'));
    for (const { server } of [service, twin]) {
      const sockets = new WebSocketServer({ server });
      sockets.on('headers', (headers) => headers.push('x-answered-by: service'));
    }
    const text = config({
      legacy: legacy.url,
      service: service.url,
      routes: [
        route(
          'live',
          'path: /live, methods: [GET, POST]',
          'live',
          ', deadline: 3s, timeout: 20s, limits: { total: 1m }',
        ),
        route('retired', 'path: /retired', 'retired'),
        route('shadow', 'path: /shadow, methods: [GET, POST]', 'shadow', ', shadow: { sample: 0.25 }'),
        route('guarded', 'path: /guarded', 'live', ', websocket: { origins: [same-host] }'),
        route('half', 'path: /half', 'canary', ', percent: 0, key: [header x-user]'),
        route('under', 'path: "/pages/*"', 'live'),
        '  - { id: moved, match: { path: "/moved/*" }, service: moved, stage: retired }\n',
        '  - { id: nowhere, match: { path: /nowhere }, service: nowhere, stage: live }\n',
      ].join(''),
      facade: `, secrets: { overrides: [${SECRET}] }`,
      extra: `aggregate:
  - id: page
    match: { path: /pages/:id }
    deadline: 1500ms
    parts:
      order: { upstream: legacy, path: "/orders/:id", required: true, timeout: 700ms }
      items: { upstream: twins, path: "/items?ids={order.by}", fallback: [] }
`,
    });
    facade = await startTestFacade(
      text
        .replace(
          'legacy: legacy\n',
          `  twins: { urls: ["${service.url}", "${twin.url}"], retries: 2 }
  moved: { url: "${service.url}", rewrite: { host: new.internal, path: { strip: /moved, add: /v2 }, location: true, cookieDomain: { old.internal: "" }, cookiePath: { /v2: /moved } } }
  nowhere: { service: nowhere, registry: consul }
legacy: legacy
discovery: { consul: { url: "http://127.0.0.1:9" } }
`,
        )
        .replace('service: service, stage: retired', 'service: twins, stage: retired'),
    );
  });
  after(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
    await twin.close();
  });

  const tell = (method: string, url: string, ...headers: [string, string][]) =>
    explained(facade, ask(method, url, ...headers));

  describe('aggregates', () => {
    it('come before routes; it names their parts, whom they ask, which are required, and their times', async () => {
      const { aggregate, route: named, plan, why, losers } = await tell('GET', '/pages/7');
      expect([named, plan]).to.deep.equal([undefined, []]);
      expect(aggregate).to.deep.include({ id: 'page', path: '/pages/:id', deadline: 1_500 });
      const shown = aggregate!.parts.map(
        ({ name, upstream, path, required, timeout, waitsFor, instances }) => [
          ...[name, upstream, path, required, timeout],
          ...[waitsFor, instances],
        ],
      );
      expect(shown).to.deep.equal([
        ['order', 'legacy', '/orders/:id', true, 700, [], [legacy.url]],
        ['items', 'twins', '/items?ids={order.by}', false, 1_000, ['order'], [service.url, twin.url]],
      ]);
      expect(why).to.deep.equal([
        'Aggregate page (/pages/:id) names it.',
        'The facade puts the answer together within 1500 ms.',
        'Part order (required): /orders/:id of legacy, within 700 ms.',
        'Part items (optional): /items?ids={order.by} of twins, within 1000 ms, after order.',
      ]);
      expect(losers).to.deep.include({
        route: 'under',
        reason: 'it matches, but the aggregate page is looked for first',
      });
      const before = legacy.received.length;
      expect(await sent(facade, ask('GET', '/pages/7'))).to.deep.include({ status: 200, by: undefined });
      expect(legacy.received[before]?.url).to.equal('/orders/7');
    });

    it('are none for other methods, nor for WebSockets', async () => {
      expect((await tell('HEAD', '/pages/7')).aggregate).to.equal(undefined);
      const opened = await tell('GET', '/pages/7', ...UPGRADE);
      expect([opened.aggregate, opened.route?.id, opened.plan[0]?.side]).to.deep.equal([
        undefined,
        'under',
        'service',
      ]);
      expect(await sent(facade, ask('GET', '/pages/7', ...UPGRADE))).to.deep.include({
        ...{ status: 101, by: 'service' },
      });
    });
  });

  describe('WebSockets', () => {
    it('have one upstream and no other behind it', async () => {
      const { upgrade, plan, why } = await tell('GET', '/live', ['Upgrade', 'websocket']);
      expect([upgrade, plan.length, plan[0]?.upstream]).to.deep.equal([true, 1, 'service']);
      expect(why).to.deep.equal([
        'It asks for a WebSocket.',
        'Route live (/live) names it.',
        'The route is live, by the config file.',
        `Its key is ip 127.0.0.1, in bucket ${bucketOf('live', 'ip 127.0.0.1')} of 10,000, which counts in canary only.`,
        'service gets the WebSocket, and keeps it for as long as it is open.',
      ]);
      expect(await sent(facade, ask('GET', '/live', ...UPGRADE))).to.deep.include({ by: 'service' });
    });

    it('are refused to pages of another origin, where the config says which may open one', async () => {
      const from = (origin: string) => ask('GET', '/guarded', ...UPGRADE, ['origin', origin]);
      const foreign = await explained(facade, from('https://else.test'));
      expect(foreign.refused).to.deep.include({ by: 'origin', status: 403, code: 'ORIGIN_REFUSED' });
      expect(foreign.why.join(' ')).to.include('403 ORIGIN_REFUSED');
      expect((await sent(facade, from('https://else.test'))).code).to.equal('ORIGIN_REFUSED');
      expect(
        (await tell('GET', '/guarded', ...UPGRADE, ['host', 'h.test'], ['origin', 'http://h.test'])).refused,
      ).to.equal(undefined);
      expect(
        (await sent(facade, ask('GET', '/guarded', ...UPGRADE, ['origin', 'http://h.test']))).status,
      ).to.equal(101);
      const plain = await tell('GET', '/guarded', ['origin', 'https://else.test']);
      expect(plain.refused, 'a request like any other').to.equal(undefined);
    });

    it('are none by another method, or for another protocol', async () => {
      expect((await tell('POST', '/live', ['Upgrade', 'websocket'])).upgrade).to.equal(false);
      expect((await tell('GET', '/live', ['Upgrade', 'h2c'])).upgrade).to.equal(false);
      expect(
        (await tell('GET', '/live', ['Upgrade', 'websocket'], ['Connection', 'close'])).upgrade,
      ).to.equal(false);
    });

    it('are never opened on a shadowed service by a token', async () => {
      const told = await tell('GET', '/shadow', ...UPGRADE, [
        'x-strangler-side',
        token('service', Date.now() + HOUR),
      ]);
      expect([told.override, told.plan[0]?.side]).to.deep.equal(['unused', 'legacy']);
    });
  });

  describe('tokens of testers', () => {
    const good = (side: 'legacy' | 'service', only?: string) => token(side, Date.now() + HOUR, SECRET, only);
    const header = (text: string): [string, string] => ['x-strangler-side', text];
    const about = async (method: string, url: string, ...headers: [string, string][]) => {
      const { override, token: found, why, plan } = await tell(method, url, ...headers);
      const { by } = await sent(facade, ask(method, url, ...headers));
      expect(by, why.join(' ')).to.equal(plan[0]?.side);
      return { override, ...found, why: why.join(' ') };
    };

    it('that are good choose the side, from a header or a cookie', async () => {
      const chosen = await about('GET', '/shadow', header(good('service')));
      expect(chosen).to.deep.include({ override: 'applied', from: 'header', side: 'service' });
      expect(chosen.why).to.include('A token (header) chose the service; nothing stands behind it.');
      const kept = await about('GET', '/live', ['cookie', `a=b; strangler-side=${good('legacy', 'live')}`]);
      expect(kept).to.deep.include({ override: 'applied', from: 'cookie', side: 'legacy', route: 'live' });
    });

    it('that are good and do not count say why', async () => {
      const cases: [string, string, string, string][] = [
        ['GET', '/live', good('legacy', 'half'), 'it is for route half'],
        ['GET', '/retired', good('legacy'), 'at the stage retired there is one side alone'],
        ['POST', '/shadow', good('service'), 'at the stage shadow only GET, HEAD and OPTIONS'],
        ['GET', '/none', good('service'), 'no route answers the request'],
        ['GET', '/pages/7', good('service'), 'no route answers the request'],
      ];
      for (const [method, url, text, reason] of cases) {
        const told = await about(method, url, header(text));
        expect(told.override, reason).to.equal('unused');
        expect(told.why).to.include(`does not count: ${reason}`);
      }
    });

    it('that have expired, or are signed by somebody else, are told apart and say nothing else', async () => {
      const expired = await about('GET', '/live', header(token('legacy', Date.now() - HOUR)));
      expect(expired).to.deep.include({ override: 'expired', from: 'header' }).and.not.have.property('side');
      expect(expired.why).to.include('has expired');
      const foreign = await about('GET', '/live', header(token('legacy', Date.now() + HOUR, 'f'.repeat(32))));
      expect(foreign).to.deep.include({ override: 'forged' }).and.not.have.property('side');
      expect(foreign.why).to.include('is not signed by any of facade.secrets.overrides');
    });

    it('are not looked for where the config has no secrets', async () => {
      const plain = await startTestFacade(
        config({ legacy: legacy.url, service: service.url, routes: route('live', 'path: /live', 'live') }),
      );
      const told = await explained(plain, ask('GET', '/live', header(good('legacy'))));
      await plain.close();
      expect([told.override, told.token?.unused]).to.deep.equal([
        'none',
        'the config has no facade.secrets.overrides',
      ]);
    });
  });

  describe('upstreams', () => {
    it('have their times; legacy, and requests with a body, those of the route', async () => {
      const { plan, why } = await tell('GET', '/live');
      expect(plan.map(({ upstream, timeout, retries }) => [upstream, timeout, retries])).to.deep.equal([
        ['service', 500, 0],
        ['legacy', 20_000, 0],
      ]);
      expect(why).to.include('service answers; where it fails, legacy answers.');
      expect(why).to.include('All of it together has 3000 ms until an answer begins.');
      expect(why).to.include('The whole exchange is over after 60000 ms.');
      const posted = await tell('POST', '/live', ['content-length', '3']);
      expect(posted.plan[0]?.timeout).to.equal(20_000);
      expect(posted.why.join(' ')).to.include(
        'legacy does not stand behind it, for this request is sent once',
      );
    });

    it('are asked again at other instances, where the request may be sent again', async () => {
      const { plan, why } = await tell('GET', '/retired');
      expect(plan[0]).to.deep.include({ retries: 2, instances: [service.url, twin.url] });
      expect(why.join(' ')).to.include('is asked 3 times at most, at other instances within its budget');
      const again = await tell('GET', '/retired', ['x-retry-attempt', '1']);
      expect(again.plan[0]?.retries, 'whoever sent it has the retries').to.equal(0);
    });

    it('get host and path as the config rewrites them', async () => {
      const { plan, why } = await tell('GET', '/moved/a?x=1', ['host', 'shop.test']);
      const { rewrite } = plan[0]!;
      expect(rewrite).to.deep.equal({
        ...{ host: 'new.internal', target: '/v2/a?x=1', location: true },
        cookies: [
          { from: 'old.internal', to: '' },
          { from: '/v2', to: '/moved' },
        ],
      });
      expect(why).to.include(
        "For moved the Host is new.internal; the path is /v2/a?x=1; Location is told in the clients' names; cookies for old.internal become the client's host's; cookies for /v2 become /moved.",
      );
      const before = service.received.length;
      await sent(facade, ask('GET', '/moved/a?x=1', ['host', 'shop.test']));
      expect(service.received[before]?.url).to.equal(rewrite!.target);
      expect(service.received[before]?.headers.host).to.equal(rewrite!.host);
      expect((await tell('GET', '/live')).plan[0]).to.not.have.property('rewrite');
    });

    it('without an instance, or with an open breaker, are named', async () => {
      expect((await tell('GET', '/nowhere')).why).to.include('No instance of nowhere is known.');
      service.answer((_request, response) => response.writeHead(503).end());
      await until(async () => {
        await Promise.all(Array.from({ length: 20 }, () => sent(facade, ask('GET', '/live'))));
        return (await tell('GET', '/live')).why.includes('The breaker of service is open.');
      });
      service.answer(json('service'));
    });
  });

  it('says whether answers are compared, or why this request is none of those', async () => {
    const about = async (method: string, url: string, ...headers: [string, string][]) => {
      const { comparison, why } = await tell(method, url, ...headers);
      return [
        comparison?.skipped ?? comparison?.sample,
        why.filter((one) => one.includes('compared')).join(),
      ];
    };
    expect(await about('GET', '/shadow')).to.deep.equal([
      0.25,
      'The service is asked the same afterwards, and its answer is compared, for 25 % of such requests.',
    ]);
    expect(await about('POST', '/shadow')).to.deep.equal([
      'unsafe',
      'Nothing is compared: only GET and HEAD without a body are.',
    ]);
    expect((await about('GET', '/shadow', ['if-none-match', '"a"']))[0]).to.equal('conditional');
    expect(await about('GET', '/live')).to.deep.equal([undefined, '']);
    expect(await about('GET', '/shadow', ...UPGRADE)).to.deep.equal([undefined, '']);
  });

  it('is shown by the command with what becomes of the request first', async () => {
    const lines = async (...asked: Parameters<typeof tell>) =>
      explanationLines(await tell(...asked)).split('\n');
    expect((await lines('GET', '/pages/7')).slice(1, 3)).to.deep.equal([
      '  aggregate page',
      '  put together from legacy, twins',
    ]);
    expect((await lines('GET', '/a//b')).slice(1, 3)).to.deep.equal([
      '  route (none)',
      '  refused with 400 TARGET_AMBIGUOUS',
    ]);
  });
});
