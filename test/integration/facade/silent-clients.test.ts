import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { startRawServer } from './rig/raw.ts';
import { upgradeHead } from './rig/websocket.ts';

/** What a client sends that the facade answers by ending the connection, and the answer. */
const ENDED: [string, RegExp, string][] = [
  ['a head that comes too slowly', /^HTTP\/1\.1 408 /, 'GET / HTTP/1.1\r\nHost: a\r\nX-'],
  ['nothing', /^HTTP\/1\.1 408 /, ''],
  ['what is no request', /^HTTP\/1\.1 400 /, `GARBAGE\r\n\r\n${'x'.repeat(10)}`],
  ['CONNECT', /^HTTP\/1\.1 405 /, 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an upgrade to an ambiguous target', /^HTTP\/1\.1 400 /, `${upgradeHead('/a/../b')}X`],
  ['an upgrade from another origin', /^HTTP\/1\.1 403 /, upgradeHead('/pages', 'Origin: https://b.test\r\n')],
  ['an upgrade without a credential', /^HTTP\/1\.1 401 /, upgradeHead('/members')],
  ['an upgrade that the upstream refuses', /^HTTP\/1\.1 404 [\s\S]*no$/, upgradeHead('/refused')],
  ['the same with another byte behind it', /^HTTP\/1\.1 404 [\s\S]*no$/, `${upgradeHead('/refused')}X`],
  ['the same in chunks', /^HTTP\/1\.1 404 [\s\S]*no\r\n0\r\n\r\n$/, `${upgradeHead('/chunks')}X`],
  ['an upgrade that the upstream breaks', /^HTTP\/1\.1 502 /, upgradeHead('/broken')],
  ['an upgrade to which the upstream is silent', /^HTTP\/1\.1 504 /, upgradeHead('/silent')],
];

const ANSWERS: Record<string, string> = {
  '/refused': 'HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno',
  '/chunks': 'HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n',
};

forEachForwarder('A client that never closes its connection', () => {
  let upstream: Awaited<ReturnType<typeof startRawServer>>;
  let facade: TestFacade;
  const clients: Socket[] = [];
  beforeEach(async () => {
    upstream = await startRawServer((socket) =>
      socket.on('data', (data) => {
        const path = / (\S+) /.exec(String(data))?.[1] ?? '';
        if (path === '/broken') socket.destroy();
        else if (path !== '/silent') socket.write(ANSWERS[path] ?? '');
      }),
    );
    facade = await startTestFacade(
      config({
        legacy: upstream.url,
        service: upstream.url,
        facade: ', limits: { headersTimeout: 300ms }',
        routes:
          route('members', 'path: /members', 'legacy', ', auth: required') +
          route('pages', 'path: /pages', 'legacy', ', websocket: { origins: ["https://a.test"] }') +
          route('silent', 'path: /silent', 'legacy', ', timeout: 300ms'),
        extra: `auth: { apiKeys: { keys: [{ name: a, sha256: ${'a'.repeat(64)} }] } }`,
      }),
    );
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await facade.close();
    await upstream.close();
  });

  const start = (bytes: string) => {
    const client = connect({
      port: Number(new URL(facade.url).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    clients.push(client);
    const seen = { client, text: '' };
    client.setEncoding('latin1').on('error', () => {});
    client.on('data', (text: string) => {
      seen.text += text;
    });
    client.write(bytes);
    return seen;
  };
  /** A byte to a connection that the other side holds no more is answered with a reset. */
  const isHeld = (client: Socket) => {
    if (!client.closed) client.write('y');
    return !client.closed;
  };

  it('has its answer, and is then forgotten, whatever it asked for', async () => {
    const all = ENDED.map(([what, answer, bytes]) => ({ what, answer, seen: start(bytes) }));
    for (const { what, answer, seen } of all) {
      await until(() => answer.test(seen.text), { what: `the answer to ${what}; came: ${seen.text}` });
    }
    for (const { what, seen } of all) {
      await until(() => !isHeld(seen.client), { what: `the connection to be given up after ${what}` });
    }
    expect(await facade.metrics()).to.match(/strangler_facade_websockets_open\{[^}]*legacy[^}]*\} 0/);
  });
});
