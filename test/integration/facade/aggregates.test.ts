import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { sized, startUpstream, type TestUpstream } from './rig/upstream.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const say =
  (text: string, status = 200, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
const hang: Answer = () => {};
const reset: Answer = (request) => void request.socket.resetAndDestroy();
const trickle: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};
const half: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"a":');
  setImmediate(() => response.destroy());
};
const flood: Answer = (_request, response) => {
  response.setHeader('content-type', 'application/json');
  sized(response, 50_000_000);
};

describe('Aggregates', () => {
  let upstream: TestUpstream;
  let other: TestUpstream;
  let facade: TestFacade;
  /** What each path is answered with. */
  let answers: Map<string, Answer>;
  const serve: RequestListener = (request, response) =>
    (answers.get(request.url!.split('?')[0]!) ?? say('{"none":1}', 404))(request, response);

  const page = (id: string, parts: string, rest = '') =>
    `  - { id: ${id}, match: { path: "/${id}/:id" }, deadline: 400ms, parts: { ${parts} }${rest} }\n`;
  const ORDER = 'order: { upstream: legacy, path: "/orders/:id", required: true, timeout: 1h }';
  const yaml = (aggregates: string, extra = '', routes = '') =>
    config({
      ...{ legacy: upstream.url, service: other.url, routes },
      extra: `aggregate:\n${aggregates}${extra}`,
    }).replace('timeout: 500ms }', 'timeout: 500ms, breaker: { minimum: 5, window: 1s, reset: 1m } }');
  const start = async (aggregates: string, extra = '', routes = '') => {
    facade = await startTestFacade(yaml(aggregates, extra, routes));
  };
  const get = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(facade.url + path, init);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) };
  };

  before(async () => {
    upstream = await startUpstream(serve);
    other = await startUpstream(serve);
  });
  beforeEach(() => {
    answers = new Map();
    for (const { received } of [upstream, other]) received.splice(0);
  });
  afterEach(() => facade.close());
  after(async () => {
    await upstream.close();
    await other.close();
  });

  const BOTH = `${ORDER}, product: { upstream: service, path: "/products/{order.productId}", timeout: 200ms }, stock: { upstream: service, path: "/stock?of={query.of}", timeout: 200ms, fallback: [] }`;

  it('put the answers together in the order of the config, and leave every text as it came', async () => {
    answers.set('/orders/7', say('{"b":1.10, "productId":"p-1","id":9007199254740993}'));
    answers.set('/products/p-1', say('"ü"'));
    answers.set('/stock', say('[1e2]', 200, { 'content-type': 'application/hal+json; charset=utf-8' }));
    await start(page('page', BOTH));
    const { status, headers, text } = await get('/page/7?of=a%26b');
    expect(status).to.equal(200);
    expect(text).to.equal(
      '{"order":{"b":1.10, "productId":"p-1","id":9007199254740993},"product":"ü","stock":[1e2],' +
        '"partial":false,"parts":{"order":"ok","product":"ok","stock":"ok"}}',
    );
    expect(headers.get('content-type')).to.equal('application/json');
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(headers.get('x-strangler-partial')).to.equal(null);
    expect(headers.get('x-request-id')).to.be.a('string');
    expect(other.received.map(({ url }) => url)).to.have.members(['/products/p-1', '/stock?of=a%26b']);
  });

  const broken: [string, Answer, string][] = [
    ['hangs', hang, 'timeout'],
    ['trickles', trickle, 'timeout'],
    ['resets', reset, 'unreachable'],
    ['breaks off', half, 'unreachable'],
    ['floods', flood, 'too-large'],
    ['fails', say('{}', 500), 'bad-status'],
    ['redirects', say('{}', 302, { location: '/orders/7' }), 'bad-status'],
    ['has nothing', say('{}', 404), 'not-found'],
    ['may not', say('{}', 403), 'denied'],
    ['answers a page', say('{}', 200, { 'content-type': 'text/html' }), 'not-json'],
    ['answers half a document', say('{"a":'), 'not-json'],
    ['answers two documents', say('{} , "partial":false'), 'not-json'],
    [
      'answers what is no UTF-8',
      (_request, response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from([0x22, 0xff, 0x22])),
      'not-json',
    ],
    [
      'answers behind two byte order marks',
      (_request, response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end('\uFEFF\uFEFF{"a":1}'),
      'not-json',
    ],
    ['answers compressed', say('{}', 200, { 'content-encoding': 'gzip' }), 'not-json'],
  ];
  for (const [what, answer, reason] of broken)
    it(`are partial, and say so, when an optional part ${what}`, async () => {
      answers.set('/orders/7', say('{"productId":1}'));
      answers.set('/products/1', say('{"ok":1}'));
      answers.set('/stock', answer);
      await start(page('page', BOTH));
      const { status, headers, text } = await get('/page/7?of=a');
      expect([status, text]).to.deep.equal([
        200,
        `{"order":{"productId":1},"product":{"ok":1},"stock":[],"partial":true,"parts":{"order":"ok","product":"ok","stock":"${reason}"}}`,
      ]);
      expect(headers.get('x-strangler-partial')).to.equal('true');
    });

  const codes: Record<string, [number, string]> = {
    timeout: [504, 'AGGREGATE_PART_SLOW'],
    unreachable: [502, 'AGGREGATE_PART_FAILED'],
    'too-large': [502, 'AGGREGATE_PART_FAILED'],
    'bad-status': [502, 'AGGREGATE_PART_FAILED'],
    'not-json': [502, 'AGGREGATE_PART_FAILED'],
    'not-found': [404, 'AGGREGATE_PART_ABSENT'],
    denied: [403, 'AGGREGATE_PART_DENIED'],
  };
  for (const [what, answer, reason] of broken)
    it(`have no answer when a required part ${what}`, async () => {
      answers.set('/orders/7', answer);
      answers.set('/stock', hang);
      await start(page('page', BOTH));
      const { status, headers, body } = await get('/page/7?of=a');
      expect([status, body.code]).to.deep.equal(codes[reason]);
      expect(headers.get('content-type')).to.equal('application/problem+json');
    });

  it('give the other parts up when a required one is missing', async () => {
    answers.set('/slow', hang);
    // Legacy has no breaker, and so no time limit of its own.
    await start(
      page('page', `${ORDER}, slow: { upstream: legacy, path: /slow, timeout: 1h }`).replace('400ms', '1h'),
    );
    answers.set('/orders/7', (request, response) => {
      void until(() => open(upstream) === 2, { what: 'the slow part to be asked' }).then(() =>
        say('{}', 404)(request, response),
      );
    });
    expect((await get('/page/7')).status).to.equal(404);
    await until(() => open(upstream) === 0, { what: 'the other part to be given up' });
  });

  it('give a part up when its own time is over', async () => {
    answers.set('/orders/7', say('{}'));
    answers.set('/slow', hang);
    await start(
      page('page', `${ORDER}, slow: { upstream: legacy, path: /slow, timeout: 100ms }`).replace(
        '400ms',
        '1h',
      ),
    );
    expect((await get('/page/7')).body.parts).to.deep.equal({ order: 'ok', slow: 'timeout' });
    await until(() => open(upstream) === 0, { what: 'the late part to be given up' });
  });

  it('answer at the deadline with what is there, though each part had more time', async () => {
    answers.set('/orders/7', say('{}'));
    answers.set('/slow', hang);
    await start(page('page', `${ORDER}, slow: { upstream: service, path: /slow, timeout: 1h }`));
    const { status, body } = await get('/page/7');
    expect([status, body.parts]).to.deep.equal([200, { order: 'ok', slow: 'timeout' }]);
    await until(() => open(other) === 0, { what: 'the late part to be given up' });
  });

  it('end at the deadline when a required part would wait longer', async () => {
    answers.set('/slow', trickle);
    await start(page('page', 'slow: { upstream: service, path: /slow, timeout: 1h, required: true }'));
    const { status, body } = await get('/page/7');
    expect([status, body.code]).to.deep.equal([504, 'AGGREGATE_PART_SLOW']);
  });

  it('give all parts up when the client leaves, and count that against no upstream', async () => {
    answers.set('/slow', hang);
    const parts = [...['a', 'b', 'c'].map((name) => [name, 'service']), ['d', 'legacy']].map(
      ([name, asked]) => `${name}: { upstream: ${asked}, path: /slow, timeout: 1h }`,
    );
    await start(page('page', parts.join(', ')).replace('400ms', '1h'));
    for (let index = 0; index < 6; index += 1) {
      const leaving = new AbortController();
      const left = get('/page/7', { signal: leaving.signal }).catch(() => 'left');
      await until(() => open(other) === 3 && open(upstream) === 1, { what: 'all parts to be asked' });
      leaving.abort();
      expect(await left).to.equal('left');
      await until(() => open(other) + open(upstream) === 0, { what: 'the parts to be given up' });
    }
    answers.set('/slow', say('{}'));
    expect((await get('/page/7')).body.parts).to.deep.equal({ a: 'ok', b: 'ok', c: 'ok', d: 'ok' });
  });

  it('are spared by the breaker of an upstream that fails', async () => {
    await start(page('page', 'slow: { upstream: service, path: /slow, timeout: 100ms }'));
    answers.set('/slow', hang);
    await until(async () => (await get('/page/7')).body.parts.slow === 'busy', {
      what: 'the breaker to open',
    });
    const before = other.received.length;
    expect((await get('/page/7')).body.parts.slow).to.equal('busy');
    expect(other.received.length).to.equal(before);
  });

  it('ask side by side what needs nothing of each other', async () => {
    let waiting: (() => void)[] = [];
    const together: Answer = (_request, response) => {
      waiting.push(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
      // Nobody is answered before all three are here.
      if (waiting.length === 3) for (const answer of waiting) answer();
    };
    for (const path of ['/a', '/b', '/c']) answers.set(path, together);
    const parts = ['a', 'b', 'c'].map((name) => `${name}: { upstream: legacy, path: /${name}, timeout: 5s }`);
    await start(page('page', parts.join(', ')).replace('400ms', '5s'));
    expect((await get('/page/7')).body.partial).to.equal(false);
    waiting = [];
  });

  it('skip what waits for a part that is missing, or has not the value', async () => {
    answers.set('/list', say('{"items":[{"id":1},{"id":2},{"id":1}],"odd":[{"id":1},{}]}'));
    answers.set('/of/1,2', say('"both"'));
    const parts = [
      'list: { upstream: legacy, path: /list }',
      'all: { upstream: legacy, path: "/of/{list.items[].id}" }',
      'odd: { upstream: legacy, path: "/of/{list.odd[].id}" }',
      'gone: { upstream: legacy, path: /gone }',
      'after: { upstream: legacy, path: /list, after: [gone] }',
    ];
    await start(page('page', parts.join(', ')));
    const { body } = await get('/page/7');
    expect(body.all).to.equal('both');
    expect(body.parts).to.deep.equal({
      list: 'ok',
      all: 'ok',
      odd: 'value-missing',
      gone: 'not-found',
      after: 'skipped',
    });
  });

  it('never let a value out of its segment', async () => {
    answers.set('/orders/%3Fa%3D1%23', say('{"productId":"../../admin?x=1"}'));
    await start(page('page', BOTH));
    const { body } = await get('/page/%3Fa=1%23?of=1%26admin=1');
    expect(body.parts).to.include({ order: 'ok', product: 'value-missing' });
    expect(upstream.received.map(({ url }) => url)).to.deep.equal(['/orders/%3Fa%3D1%23']);
    expect(other.received.map(({ url }) => url)).to.deep.equal(['/stock?of=1%26admin%3D1']);
  });

  it('ask with the client’s credentials and trace, and not with its conditions', async () => {
    answers.set('/orders/7', say('{"productId":1}'));
    await start(page('page', ORDER));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const sent = { authorization: 'Bearer x', cookie: 'sid=1', traceparent, 'x-request-id': 'request-1' };
    await get('/page/7', {
      headers: {
        ...sent,
        'if-none-match': '"a"',
        range: 'bytes=0-1',
        'x-strangler-subject': 'root',
        accept: 'text/html',
        'x-other': '1',
      },
    });
    const { headers } = upstream.received[0]!;
    expect(headers).to.include({ ...sent, traceparent: headers.traceparent, accept: 'application/json' });
    expect(headers.traceparent).to.include('0af7651916cd43dd8448eb211c80319c');
    expect(headers).to.not.have.any.keys('if-none-match', 'range', 'x-strangler-subject', 'x-other');
    expect(headers['x-forwarded-for']).to.equal('127.0.0.1');
  });

  it('ask all parts of the upstreams that were in force when the request came, and say so in the log', async () => {
    const parts = (service: string) =>
      `order: { upstream: legacy, path: "/orders/:id", required: true, timeout: 20s }, product: { upstream: ${service}, path: "/products/{order.id}", required: true }`;
    const version = async () => (await facade.status()).config.version;
    const held = async (next: string) => {
      let release: (() => void) | undefined;
      answers.set('/orders/7', (request, response) => {
        release = () => say('{"id":1}')(request, response);
      });
      answers.set('/products/1', say('{}'));
      const before = await version();
      const answer = get('/page/7');
      await until(() => release !== undefined, { what: 'the first part to be asked' });
      await facade.edit(next);
      await until(async () => (await version()) !== before, { what: 'the edit' });
      release!();
      return { before, ...(await answer) };
    };
    const long = (service: string) => page('page', parts(service)).replace('400ms', '20s');
    await start(long('service'));
    const elsewhere = yaml(long('service')).replaceAll(other.url, upstream.url);
    const first = await held(elsewhere);
    expect([first.status, other.received.length, upstream.received.length]).to.deep.equal([200, 1, 1]);
    await facade.edit(yaml(long('service')));
    await until(async () => (await version()) === first.before, { what: 'the edit back' });
    const renamed = yaml(long('renamed')).replace(/^ {2}service: /m, '  renamed: ');
    const second = await held(renamed);
    expect([second.status, other.received.length]).to.deep.equal([200, 2]);
    const line = await until(() => facade.log.find(({ message }) => message === 'request'));
    expect(line).to.include({ version: first.before, path: '/page/7' });
  });

  it('answer GET alone, and go before routes', async () => {
    answers.set('/orders/7', say('{}'));
    answers.set('/page/7', say('{"by":"legacy"}'));
    await start(page('page', ORDER), '', route('r', 'path: "/page/:id"', 'live'));
    expect((await get('/page/7')).body.parts).to.deep.equal({ order: 'ok' });
    expect((await get('/page/7', { method: 'POST', body: '{}' })).body).to.deep.equal({ by: 'legacy' });
  });

  it('have limits, credentials and CORS as routes have', async () => {
    answers.set('/orders/7', say('{}'));
    await start(
      page(
        'page',
        ORDER,
        ', auth: optional, rateLimit: { requests: 2, per: 1m }, cors: { origins: ["https://a.test"] }',
      ) + page('closed', ORDER, ', auth: [apiKey]'),
      `auth: { apiKeys: { keys: [{ name: a, sha256: ${'a'.repeat(64)} }] } }\n`,
    );
    const origin = { origin: 'https://a.test' };
    const { headers } = await get('/page/7', { headers: origin });
    expect(headers.get('access-control-allow-origin')).to.equal('https://a.test');
    expect(headers.get('ratelimit')).to.include('"page";r=1');
    await get('/page/7');
    const limited = await get('/page/7', { headers: origin });
    expect(limited.status).to.equal(429);
    expect(limited.headers.get('access-control-allow-origin')).to.equal('https://a.test');
    expect((await get('/closed/7')).status).to.equal(401);
    const asking = { ...origin, 'access-control-request-method': 'GET' };
    expect((await fetch(`${facade.url}/page/7`, { method: 'OPTIONS', headers: asking })).status).to.equal(
      204,
    );
    expect(upstream.received).to.have.length(2);
  });

  it('are counted by how they and their parts came out, under names of the config only', async () => {
    answers.set('/orders/7', say('{"productId":1}'));
    await start(page('page', BOTH));
    for (const id of ['7', '8', '9']) await get(`/page/${id}?of=${id}`);
    const metrics = await facade.metrics();
    const lines = metrics.split('\n').filter((line) => /^strangler_facade_aggregate/.test(line));
    expect(lines.join('\n')).to.match(/aggregates_total\{aggregate="page",outcome="partial"[^}]*\} 1/);
    expect(lines.join('\n')).to.match(
      /aggregates_total\{aggregate="page",outcome="AGGREGATE_PART_ABSENT"[^}]*\} 2/,
    );
    expect(lines.join('\n')).to.match(
      /parts_total\{aggregate="page",part="product",outcome="not-found"[^}]*\} 1/,
    );
    expect(metrics).to.match(
      /requests_total\{route="page"|requests_total\{route="\(none\)"|requests_total\{/,
    );
  });
});

/** Requests that an upstream is still at. */
function open({ sockets }: TestUpstream): number {
  return [...sockets].filter((socket) => isBusy(socket)).length;
}

function isBusy(socket: object): boolean {
  const message = (socket as { _httpMessage?: unknown })._httpMessage;
  return message !== null && message !== undefined;
}
