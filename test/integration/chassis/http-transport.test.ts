import { expect } from 'chai';
import { createTransport, discardBody, readBody, type Transport } from '../../../chassis/http/transport.ts';
import { until } from '../../support/wait.ts';
import { type HostileServer, hang, startHostileServer } from './hostile-server.ts';

describe('HTTP transport', () => {
  let server: HostileServer;
  let transport: Transport;

  beforeEach(async () => {
    server = await startHostileServer();
    transport = createTransport({ connections: 2 });
  });
  afterEach(async () => {
    await transport.close();
    await server.close();
  });

  const get = (path: string, signal?: AbortSignal) =>
    transport.request({ origin: server.url, path, method: 'GET', headers: {}, signal });

  it('sends path, headers and body as they are', async () => {
    const body = Buffer.from([0, 255, 10]);
    const path = '/a%2Fb/../c?x=%zz&x=2';
    server.answerWith(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      response.end(Buffer.concat(parts));
    });
    const headers = { 'X-Two': ['1', '2'], cookie: 'a=b' };
    const answer = await transport.request({ origin: server.url, path, method: 'PATCH', headers, body });
    expect(await readBody(answer.body, 100)).to.deep.equal(body);
    expect(server.seen).to.deep.equal([`PATCH ${path}`]);
    expect(server.requests[0]?.headers).to.include({ 'x-two': '1, 2', cookie: 'a=b', 'content-length': '3' });
  });

  it('follows no redirect and decodes no body', async () => {
    server.answerWith((_request, response) =>
      response.writeHead(302, { location: '/elsewhere', 'content-encoding': 'gzip' }).end('as it is'),
    );
    const answer = await get('/a');
    expect([answer.status, answer.headers.location]).to.deep.equal([302, '/elsewhere']);
    expect(String(await readBody(answer.body, 100))).to.equal('as it is');
    expect(server.seen).to.have.length(1);
  });

  it('opens no more connections than it may', async () => {
    server.answerWith((_request, response) => setTimeout(() => response.end('ok'), 20));
    const calls = Array.from({ length: 8 }, () => get('/a').then(({ body }) => readBody(body, 10)));
    await Promise.all(calls);
    const ports = new Set(server.requests.map(({ socket }) => socket));
    expect([server.most(), ports.size]).to.deep.equal([2, 2]);
  });

  it('frees the connection of an answer that nobody reads', async () => {
    server.answerWith((_request, response) => void response.end(Buffer.alloc(1_000_000)));
    for (let call = 0; call < 6; call += 1) discardBody((await get('/a')).body);
    expect(server.seen).to.have.length(6);
  });

  it('ends at once, with calls under way', async () => {
    server.answerWith(hang);
    const call = get('/a').then(
      () => 'answered',
      (error) => error.name,
    );
    await until(() => server.seen.length === 1);
    await transport.close();
    expect(await call).to.match(/Error$/);
    await until(() => server.requests[0]?.socket.destroyed, { what: 'the connection to be cut' });
  });
});
