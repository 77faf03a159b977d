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

  describe('reading answers whole', () => {
    const read = (path: string, limits: { bytes?: number; timeout?: number } = {}) =>
      transport.read(
        { origin: server.url, path, method: 'GET', headers: {} },
        { bytes: 100, timeout: 5_000, ...limits },
      );
    const failureOf = (call: Promise<unknown>) =>
      call.then(
        () => 'answered',
        (error: Error) => error.name,
      );

    it('gives status, headers and bytes, in however many parts they come', async () => {
      server.answerWith((request, response) => {
        response.writeHead(request.url === '/none' ? 204 : 202, { 'x-a': ['1', '2'] });
        if (request.url === '/parts') response.write('in two ', () => response.end('parts'));
        else response.end(request.url === '/none' ? undefined : 'at once');
      });
      const found = await Promise.all([read('/parts'), read('/once'), read('/none')]);
      expect(found.map(({ status, body }) => [status, String(body)])).to.deep.equal([
        [202, 'in two parts'],
        [202, 'at once'],
        [204, ''],
      ]);
      expect(found[0]!.headers['x-a']).to.deep.equal(['1', '2']);
    });

    it('uses a connection again after a whole answer', async () => {
      server.answerWith((_request, response) => void response.end('ok'));
      for (let call = 0; call < 5; call += 1) await read('/a');
      expect(new Set(server.requests.map(({ socket }) => socket)).size).to.be.at.most(2);
    });

    it('gives up what is larger than the limit, and its connection', async () => {
      server.answerWith((_request, response) => void response.end(Buffer.alloc(1_000_000)));
      for (let call = 0; call < 6; call += 1)
        expect((await read('/a', { bytes: 99_999 })).body).to.equal(undefined);
      await until(() => server.requests.every(({ socket }) => socket.destroyed), {
        what: 'the connections to be cut',
      });
    });

    it('gives up what takes too long: the head, the body, or a connection that is free', async () => {
      server.answerWith((request, response) => {
        if (request.url === '/head') return;
        response.write('x');
      });
      const calls = [
        read('/head', { timeout: 50 }),
        read('/body', { timeout: 50 }),
        read('/wait', { timeout: 20 }),
      ];
      expect(await Promise.all(calls.map(failureOf))).to.deep.equal(Array(3).fill('AnswerLate'));
      await until(() => server.requests.every(({ socket }) => socket.destroyed), {
        what: 'the connections to be cut',
      });
      server.answerWith((_request, response) => void response.end('ok'));
      expect((await read('/after')).status).to.equal(200);
      expect(server.seen, 'nobody waited for it any more').to.not.include('GET /wait');
    });

    it('rejects when an answer breaks off, or there is nobody', async () => {
      server.answerWith((_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      });
      expect(await failureOf(read('/a'))).to.match(/Error$/);
      const nobody = { origin: 'http://127.0.0.1:9', path: '/', method: 'GET', headers: {} };
      expect(await failureOf(transport.read(nobody, { bytes: 1, timeout: 5_000 }))).to.match(/Error$/);
    });
  });
});
