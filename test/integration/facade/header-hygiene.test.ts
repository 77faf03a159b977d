import { expect } from 'chai';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw, startRawServer } from './rig/raw.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

forEachForwarder('Headers belong to one connection or to the exchange', () => {
  let legacy: TestUpstream;
  let facade: TestFacade;
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    facade = await startTestFacade(
      config({ legacy: legacy.url, service: legacy.url, routes: route('r', 'path: /r', 'shadow') }),
    );
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
  });

  const get = (headers: string) =>
    sendRaw(facade.url, `GET /x HTTP/1.1\r\nHost: shop.test\r\n${headers}Connection: close\r\n\r\n`);

  it('survives a GET with a Trailer header, again and again', async () => {
    for (let index = 0; index < 50; index += 1) {
      const answer = await get('Trailer: x\r\n');
      expect(answer).to.match(/^HTTP\/1\.1 200 /);
    }
    expect(legacy.received.at(-1)?.headers).to.not.have.property('trailer');
  });

  it("forwards no header of the client's connection", async () => {
    await sendRaw(
      facade.url,
      'GET /x HTTP/1.1\r\nHost: shop.test\r\nConnection: close, X-Nominated\r\nX-Nominated: secret\r\nKeep-Alive: timeout=9\r\n' +
        'Proxy-Authorization: Basic x\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\nX-Kept: yes\r\n\r\n',
    );
    const { headers } = legacy.received[0]!;
    expect(headers).to.include({ 'x-kept': 'yes', host: 'shop.test', connection: 'keep-alive' });
    expect(headers).to.not.have.any.keys(
      'x-nominated',
      'keep-alive',
      'proxy-authorization',
      'proxy-connection',
      'te',
      'upgrade',
      'http2-settings',
    );
  });

  it('does not let a client nominate away what the exchange needs', async () => {
    await sendRaw(
      facade.url,
      'GET /x HTTP/1.1\r\nHost: shop.test\r\nConnection: close, Host, Cookie, Authorization, X-Forwarded-For\r\nCookie: sid=1\r\nAuthorization: Bearer t\r\n\r\n',
    );
    expect(legacy.received[0]!.headers).to.include({
      host: 'shop.test',
      cookie: 'sid=1',
      authorization: 'Bearer t',
      'x-forwarded-for': '127.0.0.1',
    });
  });

  it("overwrites what an untrusted peer says of itself, and removes the kit's own headers", async () => {
    await get(
      'X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\nX-Strangler-Shadow: forged\r\n',
    );
    const { headers } = legacy.received[0]!;
    expect(headers).to.include({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'shop.test',
    });
    expect(headers).to.not.have.any.keys('forwarded', 'x-strangler-shadow');
  });

  it('appends to what a trusted peer says', async () => {
    await facade.close();
    facade = await startTestFacade(
      config({ legacy: legacy.url, service: legacy.url, facade: ', trustProxy: [127.0.0.1]' }),
    );
    await get(
      'X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /shop\r\nX-Original-URL: /a\r\n' +
        'True-Client-IP: 9.9.9.9\r\nProxy: http://evil.test\r\nProxy-Foo: x\r\n',
    );
    const { headers } = legacy.received[0]!;
    expect(headers).to.include({
      'x-forwarded-for': '9.9.9.9, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/shop',
      'x-original-url': '/a',
      'true-client-ip': '9.9.9.9',
    });
    expect(headers).to.not.have.any.keys('proxy', 'proxy-foo');
  });

  it('writes Forwarded from X-Forwarded-* where the config asks for it, and believes none that comes in', async () => {
    await facade.close();
    const base = { legacy: legacy.url, service: legacy.url };
    facade = await startTestFacade(config({ ...base, facade: ', forwardedHeader: true' }));
    await get('Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 6.6.6.6\r\n');
    expect(legacy.received.at(-1)!.headers.forwarded).to.equal('for=127.0.0.1;host=shop.test;proto=http');

    await facade.close();
    facade = await startTestFacade(
      config({ ...base, facade: ', forwardedHeader: true, trustProxy: [127.0.0.1]' }),
    );
    // A load balancer that rewrites only X-Forwarded-For passes the client's Forwarded on.
    await get('Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 2001:db8::9\r\nX-Forwarded-Proto: https\r\n');
    expect(legacy.received.at(-1)!.headers.forwarded).to.equal(
      'for="[2001:db8::9]";host=shop.test;proto=https, for=127.0.0.1',
    );
  });

  it("passes an answer on in its own order and case, without what belongs to the upstream's connection", async () => {
    const odd = await startRawServer((socket) => {
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 201 Made It\r\nZebra: 1\r\nConnection: X-Inner, close\r\nX-Inner: secret\r\nKeep-Alive: timeout=1\r\n' +
            'Proxy-Authenticate: Basic\r\nProxy-Authentication-Info: q\r\nProxy-Status: inner\r\nHTTP2-Settings: x\r\nTrailer: Checksum\r\nSet-Cookie: a=1\r\naPPle: 2\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok',
        ),
      );
    });
    await facade.close();
    facade = await startTestFacade(config({ legacy: odd.url, service: odd.url }));
    const answer = await sendRaw(
      facade.url,
      'GET /x HTTP/1.1\r\nHost: h\r\nX-Request-Id: req-1\r\nConnection: close\r\n\r\n',
    );
    const [head, body] = answer.split('\r\n\r\n');
    const lines = head!.split('\r\n').filter((line) => !line.startsWith('Date:'));
    expect(lines).to.deep.equal([
      'HTTP/1.1 201 Made It',
      'Zebra: 1',
      'Proxy-Status: inner',
      'Set-Cookie: a=1',
      'aPPle: 2',
      'Set-Cookie: b=2',
      'Content-Length: 2',
      'x-request-id: req-1',
      'Connection: close',
    ]);
    expect(body).to.equal('ok');
    await odd.close();
  });

  it('passes bytes that are not ASCII on in the head of an answer without a length', async () => {
    const odd = await startRawServer((socket) => {
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 200 OK\r\nX-Name: \xe9\xff\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
          'latin1',
        ),
      );
    });
    await facade.close();
    facade = await startTestFacade(config({ legacy: odd.url, service: odd.url }));
    expect(await get('')).to.include('\r\nX-Name: \xe9\xff\r\n');
    await odd.close();
  });

  for (const target of [
    '/a/../admin',
    '/a/%2e%2e/admin',
    '/a%2fb',
    '/a\\b',
    '/a%00',
    'http://evil.test/x',
    '/a%5cb',
    '/a/./b',
  ]) {
    it(`refuses the ambiguous target ${target} with 400 and repeats nothing of it`, async () => {
      const answer = await sendRaw(
        facade.url,
        `GET ${target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).to.match(/^HTTP\/1\.1 400 /);
      expect(answer).to.not.include('admin').and.not.include('evil');
      expect(legacy.received).to.have.length(0);
    });
  }
});
