import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw } from './rig/raw.ts';
import { startUpstream, type TestUpstream } from './rig/upstream.ts';

/** Sends everybody on to the next page, by an upstream's own name and path. */
function moved(prefix: string, origin: () => string): RequestListener {
  return (_request, response) => {
    response.writeHead(302, [
      ['Location', `${origin()}${prefix}/next?x=1`],
      ['Set-Cookie', `sid=1; Domain=upstream.internal; Path=${prefix}/cart; HttpOnly`],
      ['Set-Cookie', 'lang=de; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
      ['Content-Length', '0'],
    ]);
    response.end();
  };
}

forEachForwarder('Rewriting', (forwarder) => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade | undefined;
  beforeEach(async () => {
    legacy = await startUpstream((_request, response) => response.end('legacy'));
    service = await startUpstream((_request, response) => response.end('service'));
    legacy.answer(moved('/shop', () => legacy.url));
    service.answer(moved('/v2', () => 'http://catalog.internal'));
  });
  afterEach(async () => {
    await facade?.close();
    facade = undefined;
    await legacy.close();
    await service.close();
  });

  const start = async (routes: string, extra = '') => {
    facade = await startTestFacade(`
facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", drain: 200ms, forwarder: ${forwarder}${extra} }
worker: { admin: "127.0.0.1:9" }
upstreams:
  legacy:
    url: "${legacy.url}"
    rewrite: { path: { strip: /api, add: /shop }, location: true, cookieDomain: { "*": "" }, cookiePath: { /shop: /api } }
  service:
    url: "${service.url}"
    timeout: 500ms
    rewrite: { host: catalog.internal, path: { strip: /api, add: /v2 }, location: true, cookieDomain: { upstream.internal: "" }, cookiePath: { /v2: /api } }
legacy: legacy
routes:
${routes}`);
    return facade;
  };
  const ask = (facade: TestFacade, path: string) =>
    sendRaw(facade.url, `GET ${path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n`);

  it('tells each upstream its own host and path, and the client its own', async () => {
    const facade = await start(route('s', 'path: /api/*', 'live'));
    const answer = await ask(facade, '/api/things/a%2Cb?q=/api/x');
    expect(service.received.map(({ url, headers }) => [url, headers.host, headers['x-forwarded-host']]))
      .to //
      .deep.equal([['/v2/things/a%2Cb?q=/api/x', 'catalog.internal', 'shop.example']]);
    expect(answer).to.match(/^HTTP\/1\.1 302 /);
    expect(answer).to.include('\r\nLocation: http://shop.example/api/next?x=1\r\n');
    expect(answer).to.include('\r\nSet-Cookie: sid=1; Path=/api/cart; HttpOnly\r\n');
    expect(answer).to.include('\r\nSet-Cookie: lang=de; Expires=Wed, 21 Oct 2026 07:28:00 GMT\r\n');
    await ask(facade, '/other');
    expect(legacy.received.map(({ url, headers }) => [url, headers.host])).to.deep.equal([
      ['/other', 'shop.example'],
    ]);
  });

  it('follows the rules of legacy when it answers for a service that failed', async () => {
    const facade = await start(route('s', 'path: /api/*', 'live'));
    service.answer((request) => request.socket.destroy());
    expect(await ask(facade, '/api/1')).to.include('\r\nLocation: http://shop.example/api/next?x=1\r\n');
    service.answer(() => {});
    expect(await ask(facade, '/api/2')).to.match(/^HTTP\/1\.1 302 /);
    expect(legacy.received.map(({ url, headers }) => [url, headers.host])).to.deep.equal([
      ['/shop/1', 'shop.example'],
      ['/shop/2', 'shop.example'],
    ]);
  });

  it('asks the candidate as its clients would, and compares what they would see', async () => {
    const facade = await start(route('s', 'path: /api/*', 'shadow'));
    const answer = await ask(facade, '/api/1');
    expect(answer).to.include('\r\nLocation: http://shop.example/api/next?x=1\r\n');
    await until(async () => (await facade.metrics()).includes('strangler_comparisons_total{'));
    expect(await facade.metrics()).to.match(/strangler_comparisons_total\{[^}]*outcome="match[^}]*\} 1/);
    expect(service.received.map(({ url, headers }) => [url, headers.host])).to.deep.equal([
      ['/v2/1', 'catalog.internal'],
    ]);
  });

  const openWebSocket = (facade: TestFacade) =>
    sendRaw(
      facade.url,
      'GET /api/ws HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );

  it('takes part in an upgrade that is refused: its answer is rewritten as any other', async () => {
    const facade = await start(
      route('s', 'path: /api/*', 'live'),
      ', cors: { origins: ["https://shop.example"] }',
    );
    const asked: unknown[] = [];
    service.server.on('upgrade', (request, socket) => {
      asked.push(request.url, request.headers.host);
      socket.end(
        'HTTP/1.1 302 Found\r\nLocation: http://catalog.internal/v2/next\r\n' +
          'Set-Cookie: sid=1; Domain=upstream.internal; Path=/v2/cart\r\nSet-Cookie: lang=de\r\n' +
          'Access-Control-Allow-Origin: *\r\nX-Request-Id: theirs\r\nX-Inner: i\r\nConnection: X-Inner\r\n' +
          'X-Name: caf\xe9\r\nContent-Length: 2\r\n\r\nno',
        'latin1',
      );
    });
    const answer = await openWebSocket(facade);
    expect(asked).to.deep.equal(['/v2/ws', 'catalog.internal']);
    expect(answer).to.match(/^HTTP\/1\.1 302 Found\r\n.*\r\n\r\nno$/s);
    expect(answer).to.include('\r\nLocation: http://shop.example/api/next\r\n');
    expect(answer).to.include('\r\nSet-Cookie: sid=1; Path=/api/cart\r\nSet-Cookie: lang=de\r\n');
    expect(answer).to.include('\r\nX-Name: caf\xe9\r\n');
    expect(answer).to.match(/\r\nx-request-id: (?!theirs)/);
    expect(answer).not.to.match(/theirs|x-inner|access-control-allow-origin/i);
  });

  it('takes part in an upgrade that succeeds', async () => {
    const facade = await start(route('s', 'path: /api/*', 'live'));
    service.server.on('upgrade', (_request, socket) =>
      socket.end(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade, X-Inner\r\nX-Inner: i\r\n' +
          'Sec-WebSocket-Accept: abc=\r\nSet-Cookie: sid=1; Domain=upstream.internal; Path=/v2\r\n' +
          'Set-Cookie: lang=de\r\nProxy-Authenticate: Basic\r\nContent-Length: 7\r\nX-Name: caf\xe9\r\n\r\nbytes',
        'latin1',
      ),
    );
    const answer = await openWebSocket(facade);
    expect(answer).to.match(/^HTTP\/1\.1 101 Switching Protocols\r\n.*\r\n\r\nbytes$/s);
    expect(answer).to.include('\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
    expect(answer).to.include(
      '\r\nSec-WebSocket-Accept: abc=\r\nSet-Cookie: sid=1; Path=/api\r\nSet-Cookie: lang=de\r\n',
    );
    expect(answer).to.include('\r\nX-Name: caf\xe9\r\n').and.to.include('\r\nx-request-id: ');
    expect(answer).not.to.match(/x-inner|proxy-|content-length/i);
  });

  it('is refused beside paths that are passed as they come', async () => {
    await start(route('s', 'path: /api/*', 'live'), ', ambiguousTargets: pass').then(
      () => expect.fail('it started'),
      (error) => expect(String(error.message)).to.include('dots could lead out of the prefix'),
    );
  });
});
