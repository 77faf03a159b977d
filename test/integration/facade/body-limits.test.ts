import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw, startRawServer } from './rig/raw.ts';
import { startUpstream } from './rig/upstream.ts';

const EARLY = 'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno';
const HALF = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello';
const CHUNKED = 'Host: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const KIB = `400\r\n${'x'.repeat(1_024)}\r\n`;

forEachForwarder('Limits on a body', () => {
  const opened: { close(): unknown }[] = [];
  let facade: TestFacade;
  let client: Socket;
  let seen: string;
  let closed: boolean;

  const open = <Opened extends { close(): unknown }>(one: Opened) => {
    opened.push(one);
    return one;
  };
  const start = async (text: string) => {
    facade = open(await startTestFacade(text));
    seen = '';
    closed = false;
    client = connect(Number(new URL(facade.url).port), '127.0.0.1');
    client.setEncoding('latin1').on('error', () => {});
    client.on('data', (data: string) => {
      seen += data;
    });
    client.once('close', () => {
      closed = true;
    });
  };
  afterEach(async () => {
    client.destroy();
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  const answered = (pattern: RegExp) =>
    until(() => pattern.test(seen), { what: `an answer like ${pattern}` });
  const isClosed = () => until(() => closed, { what: 'the connection to be closed' });

  describe('hold after an answer that came before its end', () => {
    const startEarly = async (limits: string) => {
      const upstream = open(await startRawServer((socket) => socket.once('data', () => socket.write(EARLY))));
      const facadeLimits = `, limits: { ${limits} }`;
      await start(config({ legacy: upstream.url, service: upstream.url, facade: facadeLimits }));
    };

    it('when the rest never comes', async () => {
      await startEarly('bodyIdle: 100ms, idle: 100ms');
      client.write(HALF);
      await answered(/no$/);
      await isClosed();
    });

    it('and leave the limit on idle connections alone when the rest comes', async () => {
      await startEarly('bodyIdle: 30s, idle: 100ms');
      client.write(HALF);
      await answered(/no$/);
      client.write('world');
      await isClosed();
    });

    it('when the rest is too large', async () => {
      await startEarly('body: 1KiB');
      client.write(`POST /a HTTP/1.1\r\n${CHUNKED}${KIB}`);
      await answered(/no$/);
      client.write(KIB);
      await isClosed();
    });
  });

  describe('hold while the request waits for a place at the upstream', () => {
    const startBusy = async (limits: string) => {
      const held: (() => void)[] = [];
      const service = open(
        await startUpstream((request, response) => {
          if (request.url === '/r/hold') held.push(() => response.end());
          else request.resume().on('end', () => response.end());
        }),
      );
      const routes = route('r', 'methods: [GET, POST], path: "/r/*"', 'live', ', limits: { body: 1KiB }');
      const text = config({ legacy: service.url, service: service.url, routes, facade: limits });
      await start(text.replace('timeout: 500ms', 'timeout: 9s, concurrency: 1, queue: 5, queueTimeout: 9s'));
      const holder = sendRaw(facade.url, 'GET /r/hold HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      await until(() => held.length === 1, { what: 'the place to be taken' });
      return {
        service,
        free: () => {
          held[0]!();
          return holder;
        },
      };
    };

    for (const [what, limits, sent, status] of [
      ['size', '', KIB + KIB, 413],
      ['pauses', ', limits: { bodyIdle: 100ms }', '5\r\nhello\r\n', 408],
    ] as const) {
      it(`that on ${what}; it is answered at once and sent to nobody`, async () => {
        const { service, free } = await startBusy(limits);
        client.write(`POST /r/up HTTP/1.1\r\n${CHUNKED}${sent}`);
        await answered(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*requestId`));
        await free();
        await sendRaw(facade.url, 'GET /r/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
        expect(service.received.map(({ url }) => url)).to.deep.equal(['/r/hold', '/r/x']);
        expect(await facade.metrics()).to.match(/strangler_facade_refused_total\{[^}]*\} 1\n/);
      });
    }
  });

  for (const stage of ['legacy', 'live']) {
    it(`hold for an upstream that takes nothing of it, at stage ${stage}`, async () => {
      const upstream = open(await startRawServer((socket) => void socket.pause()));
      const routes = route('r', 'methods: [POST], path: /a', stage, ', timeout: 300ms');
      await start(config({ legacy: upstream.url, service: upstream.url, routes }));
      client.write(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${64 << 20}\r\n\r\n`);
      client.write(Buffer.alloc(64 << 20));
      await answered(/^HTTP\/1\.1 504 [\s\S]*UPSTREAM_SLOW/);
    });
  }

  it('keep the limit on pauses of an answer that began before its end', async () => {
    const upstream = open(
      await startRawServer((socket) =>
        socket.once('data', () => socket.write(EARLY.replace('Length: 2', 'Length: 9'))),
      ),
    );
    const routes = route('r', 'methods: [POST], path: /a', 'legacy', ', idle: 200ms');
    await start(config({ legacy: upstream.url, service: upstream.url, routes }));
    client.write(HALF);
    await answered(/no$/);
    client.write('world');
    await isClosed();
  });
});
