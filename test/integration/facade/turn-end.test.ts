import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { Attempt, Forwarder, ForwarderEvents } from '../../../facade/forwarding/forwarder.ts';
import { forwarderFactory } from '../../../facade/forwarding/forwarder-factory.ts';
import { until } from '../../support/wait.ts';
import { FORWARDERS } from './rig/forwarders.ts';
import { startRawServer } from './rig/raw.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CLIENTS = 3;
/** What Node and undici tell of requests and answers, and when. */
const CHANNELS = {
  'http.server.request.start': 'came',
  'http.client.request.created': 'sent',
  'undici:client:sendHeaders': 'sent',
  'http.server.response.finish': 'answered',
};

for (const kind of FORWARDERS) {
  describe(`A turn of the event loop, over ${kind}`, () => {
    let forwarder: Forwarder;
    let upstream: Awaited<ReturnType<typeof startRawServer>>;
    let front: Server;
    let clients: Socket[];
    let told: string[];
    let inTurn: (attempt: Attempt) => void;
    let asked: Socket[];
    const listeners = Object.entries(CHANNELS).map(
      ([name, word]) => [name, () => void told.push(word)] as const,
    );
    beforeEach(async () => {
      [clients, told, asked, inTurn] = [[], [], [], () => {}];
      upstream = await startRawServer((socket) => socket.on('data', () => asked.push(socket)));
      forwarder = forwarderFactory(kind)(upstream.url);
      front = createServer((request, response) => {
        const events: ForwarderEvents = {
          onHints() {},
          onHead({ statusCode }) {
            response.writeHead(statusCode!, ['Content-Length', '2']);
            return { chunk() {}, end: () => void told.push('whole') };
          },
          onFailure(error) {
            told.push(error.message);
            response.writeHead(502).end();
          },
          onCut() {},
        };
        inTurn(forwarder.send(request, response, events));
      });
      front.listen(0, '127.0.0.1');
      await once(front, 'listening');
      const { port } = front.address() as AddressInfo;
      clients = Array.from({ length: CLIENTS }, () => connect(port, '127.0.0.1').on('error', () => {}));
      for (const client of clients) await once(client, 'connect');
      for (const [name, listener] of listeners) subscribe(name, listener);
    });
    afterEach(async () => {
      for (const [name, listener] of listeners) unsubscribe(name, listener);
      for (const client of clients) client.destroy();
      forwarder.close();
      front.close();
      await upstream.close();
    });
    /** All clients ask in one turn, and the upstream answers them in one. */
    const round = async () => {
      const came = clients.map((client) => once(client, 'data'));
      for (const client of clients) client.write(REQUEST);
      await until(() => asked.length === CLIENTS);
      for (const socket of asked.splice(0)) socket.write(OK);
      await Promise.all(came);
      return told.splice(0);
    };
    const times = (word: string) => Array.from({ length: CLIENTS }, () => word);

    it('reads what has come before it writes: the requests together, and the answers', async () => {
      // The connections to the upstream come about.
      await round();
      expect(await round()).to.deep.equal(['came', 'sent', 'whole', 'answered'].flatMap(times));
    });

    it('sends nothing of a request that is given up in the turn in which it came', async () => {
      await round();
      inTurn = (attempt) => attempt.giveUp(new Error('too large'));
      clients[0]!.write(REQUEST);
      const [answer] = (await once(clients[0]!, 'data')) as [Buffer];
      expect(answer.toString()).to.match(/^HTTP\/1.1 502 /);
      expect(told.slice(0, 2)).to.deep.equal(['came', 'too large']);
      expect(asked).to.have.length(0);
    });
  });
}
