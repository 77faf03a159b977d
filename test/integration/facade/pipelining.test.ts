import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { startUpstream, type TestUpstream } from './rig/upstream.ts';
import { upgradeHead } from './rig/websocket.ts';

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

forEachForwarder('Behind a request that waits for its answer', () => {
  let upstream: TestUpstream;
  let facade: TestFacade;
  let client: Socket;
  let seen: string;
  /** What the upstream waits for before it answers. */
  let release: () => void;
  beforeEach(async () => {
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    upstream = await startUpstream((request, response) => {
      if (request.url === '/free') response.end('free');
      else void released.then(() => response.end(`answer to ${request.url}`));
    });
    upstream.server.on('upgrade', (_request, socket) =>
      socket.write('HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nWEBSOCKET'),
    );
    const { url } = upstream;
    const text = config({
      legacy: 'http://127.0.0.1:9',
      service: url,
      routes: route('r', 'path: /*', 'live'),
    });
    facade = await startTestFacade(text.replace('timeout: 500ms', 'timeout: 9s, concurrency: 2'));
    dial();
  });
  afterEach(async () => {
    client.destroy();
    await facade.close();
    await upstream.close();
  });
  const dial = () => {
    seen = '';
    client = connect(Number(new URL(facade.url).port), '127.0.0.1');
    client.setEncoding('latin1').on('error', () => {});
    client.on('data', (text: string) => {
      seen += text;
    });
  };
  const arrived = (count: number) =>
    until(() => upstream.received.length === count, { what: `${count} requests to arrive` });

  it('an upgrade is a plain request: its answer comes in its turn', async () => {
    client.write(get('/slow') + upgradeHead('/ws'));
    await arrived(2);
    release();
    await until(() => seen.includes('answer to /ws'));
    expect(seen).to.match(/^HTTP\/1\.1 200 OK\r\n.*answer to \/slowHTTP\/1\.1 200 OK\r\n.*answer to \/ws$/s);
    expect(upstream.received[1]!.headers).not.to.have.property('upgrade');
    client.write(upgradeHead('/ws'));
    await until(() => seen.endsWith('WEBSOCKET'), { what: 'an upgrade that waits for nobody' });
  });

  for (const [what, bytes] of [
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['what is no request', 'GARBAGE\r\n\r\n'],
    ['a chunk that is none', `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n`],
  ] as const) {
    it(`${what} ends the connection without a word, and nothing stays taken`, async () => {
      for (const before of [0, 2]) {
        if (before > 0) dial();
        client.write(get('/one') + get('/two'));
        await arrived(before + 2);
        client.write(bytes);
        await until(() => client.closed, { what: 'the connection to be closed' });
        expect(seen).to.equal('');
      }
      const free = async () => (await fetch(`${facade.url}/free`)).status === 200;
      await until(free, { timeout: 2_000, what: 'the places at the service to be free again' });
    });
  }
});
