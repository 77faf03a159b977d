import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw } from './rig/raw.ts';
import { tryToOpen } from './rig/websocket.ts';

const pem = (name: string) => readFileSync(new URL(`rig/tls/${name}.pem`, import.meta.url), 'utf8');

forEachForwarder('An upstream over TLS', () => {
  const usual = getCACertificates('default');
  let server: Server;
  let facade: TestFacade;
  /** Host and server name of each request. */
  let asked: string[];
  let connections: number;

  before(() => setDefaultCACertificates([...usual, pem('cert'), pem('other')]));
  after(() => setDefaultCACertificates(usual));
  beforeEach(async () => {
    asked = [];
    connections = 0;
    const told = ({ headers, socket }: IncomingMessage) =>
      asked.push(`${headers.host} at ${(socket as TLSSocket).servername || 'no name'}`);
    server = createServer({ key: pem('key'), cert: pem('cert') }, (request, response) => {
      told(request);
      response.end('ok');
    });
    server.on('secureConnection', () => {
      connections += 1;
    });
    new WebSocketServer({ server }).on('connection', (socket, request) => {
      told(request);
      socket.on('message', (text) => socket.send(`echo ${text}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await facade.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const start = async (host: string, routes = '') => {
    const url = `https://${host}:${(server.address() as AddressInfo).port}`;
    facade = await startTestFacade(config({ legacy: url, service: url, routes }));
  };
  const get = async (host: string, path = '/') => {
    const answer = await sendRaw(
      facade.url,
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    return answer.slice(9, 12);
  };

  it('is verified by its own name whatever the Host of the client, over one connection', async () => {
    await start('localhost');
    for (const host of ['shop.example', 'other.example', 'localhost'])
      expect(await get(host)).to.equal('200');
    expect(asked).to.deep.equal([
      'shop.example at localhost',
      'other.example at localhost',
      'localhost at localhost',
    ]);
    expect(connections).to.equal(1);
  });

  it('is verified by its address where it is known by that', async () => {
    await start('127.0.0.1');
    expect(await get('shop.example')).to.equal('200');
    expect(asked).to.deep.equal(['shop.example at no name']);
  });

  it('is not believed when its certificate is for another name, not even for the one that the client says', async () => {
    server.setSecureContext({ key: pem('key'), cert: pem('other') });
    await start('localhost');
    expect(await get('shop.example')).to.equal('502');
    expect(asked).to.deep.equal([]);
  });

  it('is verified in the same way for a WebSocket', async () => {
    await start('localhost');
    const headers = { host: 'shop.example' };
    const { socket } = await tryToOpen(facade.url, '/', { headers });
    expect(await socket!.ask('hello')).to.equal('echo hello');
    expect(asked).to.deep.equal(['shop.example at localhost']);
    socket!.close();
  });

  it('is verified in the same way for the answer of a candidate', async () => {
    await start('localhost', route('r', 'path: /r', 'shadow'));
    expect(await get('shop.example', '/r')).to.equal('200');
    await until(() => asked.length === 2, { what: 'the candidate to be asked' });
    expect(asked[1]).to.equal('shop.example at localhost');
  });
});
