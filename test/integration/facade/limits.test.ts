import { connect } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { explained } from './rig/explained.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { sendRaw } from './rig/raw.ts';
import { startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('Limits and answers of the facade', () => {
  let upstream: TestUpstream;
  let facade: TestFacade;
  const start = async (options: string, routes = '') => {
    facade = await startTestFacade(
      config({ legacy: upstream.url, service: upstream.url, facade: options, routes }),
    );
  };

  beforeEach(async () => {
    upstream = await startUpstream((request, response) => {
      request.on('error', () => {});
      request.resume().on('end', () => response.end(JSON.stringify(request.headers)));
    });
  });
  afterEach(async () => {
    await facade.close();
    await upstream.close();
  });

  it('end a head that comes too slowly with 408', async () => {
    await start(', limits: { headersTimeout: 100ms }');
    expect(await sendRaw(facade.url, 'GET / HTTP/1.1\r\nHost: a\r\nX-')).to.match(
      /^HTTP\/1\.1 408 .*HEAD_TOO_SLOW/s,
    );
  });

  it('end a body that pauses too long with 408, and the attempt with it', async () => {
    await start(', limits: { bodyIdle: 100ms }');
    const sent = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello';
    expect(await sendRaw(facade.url, sent)).to.match(/^HTTP\/1\.1 408 .*BODY_TOO_SLOW/s);
    await until(() => upstream.sockets.size === 0, { what: "the upstream's connection to end" });
  });

  it('leave a slow upload alone that goes on', async () => {
    await start(', limits: { bodyIdle: 300ms }');
    const socket = connect(Number(new URL(facade.url).port), '127.0.0.1');
    let seen = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      seen += text;
    });
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 8\r\n\r\n');
    let left = 8;
    const trickle = setInterval(() => {
      socket.write('x');
      left -= 1;
      if (left === 0) clearInterval(trickle);
    }, 75);
    await until(() => /^HTTP\/1\.1 200/.test(seen), { what: 'the answer' });
    socket.destroy();
  });

  it("count a body by the route's limit before the facade's", async () => {
    const small = ', limits: { body: 10B }';
    await start(', limits: { body: 20B }', route('small', 'methods: [POST], path: /small', 'legacy', small));
    const post = async (path: string, length: number) => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(length));
          controller.close();
        },
      });
      const answer = await fetch(facade.url + path, { method: 'POST', body, duplex: 'half' } as RequestInit);
      return answer.status;
    };
    expect(await post('/small', 10)).to.equal(200);
    expect(await post('/small', 11)).to.equal(413);
    expect(await post('/other', 20)).to.equal(200);
    expect(await post('/other', 21)).to.equal(413);
    expect(await facade.metrics()).to.match(
      /strangler_facade_refused_total\{[^}]*code="BODY_TOO_LARGE"[^}]*\} 2/,
    );
  });

  it("refuse, repair or pass an ambiguous target by the route's policy before the facade's", async () => {
    const policy = (id: string) => route(id, `path: "/${id}/*"`, 'legacy', `, ambiguousTargets: ${id}`);
    await start(', ambiguousTargets: reject', policy('normalise') + policy('pass'));
    const status = async (target: string) =>
      (await sendRaw(facade.url, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).slice(
        9,
        12,
      );
    expect(await status('/normalise/a//b')).to.equal('200');
    expect(await status('/pass/a//b')).to.equal('200');
    expect(await status('/other/a//b')).to.equal('400');
    // It leads out of the route whose policy it would need.
    expect(await status('/normalise/../other')).to.equal('400');
    expect(upstream.received.map(({ url }) => url)).to.deep.equal(['/normalise/a/b', '/pass/a//b']);
  });

  it('answer programs with a problem document and browsers with a page, and repeat nothing', async () => {
    await start('');
    await upstream.close();
    const path = '/secret-path?secret=query';
    const asked = (accept: string) => fetch(facade.url + path, { headers: { accept, 'x-secret': 'header' } });
    const problem = await asked('application/json, text/html');
    expect(problem.status).to.equal(502);
    expect(problem.headers.get('content-type')).to.equal('application/problem+json');
    const page = await asked('text/html,application/xhtml+xml');
    expect(page.status).to.equal(502);
    expect(page.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    for (const text of [await problem.text(), await page.text()])
      expect(text)
        .to.include('UPSTREAM_FAILED')
        .and.not.match(/secret|127\.0\.0\.1/);
  });

  it('name the methods that are allowed where one is not', async () => {
    await start('');
    for (const line of ['CONNECT a:1', 'TRACE /']) {
      const seen = await sendRaw(facade.url, `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect(seen).to.match(/^HTTP\/1\.1 405 .*\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/s);
    }
  });

  it('do not mix a refusal into an answer that has begun', async () => {
    await start('');
    upstream.answer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-length': 100 }).write('begun');
    });
    const seen = await sendRaw(facade.url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n');
    expect(seen.match(/HTTP\/1\.1/g) ?? []).to.have.length.below(2);
  });

  it('believe X-Forwarded-For of a network that is trusted', async () => {
    await start(', trustProxy: [127.0.0.0/8]');
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    const seen = (await (await fetch(facade.url, { headers })).json()) as Record<string, string>;
    expect(seen['x-forwarded-for']).to.equal('203.0.113.7, 127.0.0.1');
    expect(seen['x-forwarded-proto']).to.equal('https');
  });

  it('keep a client behind a trusted proxy on its side, whatever port the proxy reports with it', async () => {
    await start(
      ', trustProxy: [127.0.0.1]',
      route('r', 'path: "/r/*"', 'canary', ', percent: 50, key: [ip]'),
    );
    const sides = new Set<unknown>();
    for (let n = 1; n <= 20; n += 1) {
      const of = async (address: string) => {
        const headers = { 'x-forwarded-for': address, 'x-request-id': `from-${address.replace(':', '-')}` };
        const { plan } = await explained(facade, { url: '/r/1', headers: Object.entries(headers) });
        await fetch(`${facade.url}/r/1`, { headers });
        const line = await until(() =>
          facade.log.find(
            ({ message, requestId }) => message === 'request' && requestId === headers['x-request-id'],
          ),
        );
        expect(line.upstream, address).to.equal(plan[0]!.upstream);
        return line.upstream;
      };
      const side = await of(`203.0.113.${n}`);
      for (const port of [1_024, 51_234]) expect(await of(`203.0.113.${n}:${port}`), `${n}`).to.equal(side);
      sides.add(side);
    }
    expect([...sides].sort()).to.deep.equal(['legacy', 'service']);
  });
});
