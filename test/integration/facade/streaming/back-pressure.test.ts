import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from '../rig/facade.ts';
import { forEachForwarder } from '../rig/forwarders.ts';
import { startUpstream, type TestUpstream } from '../rig/upstream.ts';
import { MEBIBYTE, type Poured, pour } from './pour.ts';

const BODY = 256 * MEBIBYTE;
/** What two connections and the facade may hold of a body that nobody reads; most of it is the kernel's. */
const MOST_UNDERWAY = 40 * MEBIBYTE;
/** Looks in a row at which nothing has moved. */
const STILL = 15;

forEachForwarder('Back-pressure', () => {
  let upstream: TestUpstream;
  let facade: TestFacade;
  let client: Socket | undefined;
  const open = () => {
    const socket = connect(Number(new URL(facade.url).port), '127.0.0.1');
    socket.on('error', () => {});
    client = socket;
    return socket;
  };
  const start = async (stage: string, options = '') => {
    const routes = route('r', 'path: /api/*', stage);
    const text = config({ legacy: upstream.url, service: upstream.url, routes, facade: options });
    facade = await startTestFacade(text);
  };
  beforeEach(async () => {
    upstream = await startUpstream(() => {});
  });
  afterEach(async () => {
    client?.destroy();
    await facade.close();
    await upstream.close();
  });

  /** Waits until no more is taken. */
  const stalled = async (poured: Poured) => {
    let seen = -1;
    let still = 0;
    await until(() => {
      still = poured.taken > 0 && poured.taken === seen ? still + 1 : 0;
      seen = poured.taken;
      return still >= STILL || poured.taken > MOST_UNDERWAY;
    });
    expect(poured.taken).to.be.within(1, MOST_UNDERWAY);
  };

  for (const stage of ['legacy', 'shadow'])
    it(`of a client that does not read reaches the upstream, in ${stage}`, async () => {
      let answer: Poured | undefined;
      upstream.answer((_request, response) => {
        answer = pour(response, BODY);
      });
      await start(stage);
      const client = open();
      client.pause();
      client.write('GET /api/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      await until(() => answer);
      await stalled(answer!);
      let size = 0;
      client.on('data', ({ length }) => (size += length)).resume();
      await until(() => client.closed);
      expect(size, 'with the head and the sizes of chunks').to.be.within(BODY, BODY + MEBIBYTE);
    });

  it('of an upstream that does not read reaches the client, which is not called slow for it', async () => {
    let asked: IncomingMessage | undefined;
    let size = 0;
    upstream.answer((request, response) => {
      asked = request;
      request.on('end', () => response.end('whole'));
    });
    await start('legacy', ', limits: { bodyIdle: 50ms }');
    const client = open();
    client.write(`POST /api/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${BODY}\r\n\r\n`);
    const upload = pour(withoutEnd(client), BODY);
    await until(() => asked);
    await stalled(upload);
    let seen = '';
    client.on('data', (data) => (seen += data));
    asked!.on('data', ({ length }: Buffer) => (size += length));
    await until(() => client.closed);
    expect(seen)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/whole$/);
    expect(size).to.equal(BODY);
  });
});

/** A client that ends its side before the answer has left, for Node as for other servers. */
function withoutEnd(socket: Socket): Socket {
  return Object.create(socket, { end: { value: () => {} } });
}
