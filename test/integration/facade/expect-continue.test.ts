import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw, startRawServer } from './rig/raw.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const HEAD = 'POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n';

forEachForwarder('Expect: 100-continue', () => {
  let legacy: TestUpstream;
  let facade: TestFacade;
  /** Answers of the upstream that wait for its decision. */
  let asked: ServerResponse[];
  /** The body, once the upstream has it. */
  let body: string;
  const clients: Socket[] = [];
  beforeEach(async () => {
    asked = [];
    body = '';
    legacy = await startUpstream((request, response) => {
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => response.end(`got ${body}`));
    });
    legacy.server.on('checkContinue', (request, response) => {
      legacy.received.push({ ...request, method: 'POST', url: request.url!, raw: request.rawHeaders });
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => response.end(`got ${body}`));
      asked.push(response);
    });
    facade = await startTestFacade(config({ legacy: legacy.url, service: legacy.url }));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await facade.close();
    await legacy.close();
  });
  const open = (url = facade.url) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    clients.push(socket);
    const client = { socket, seen: '', closed: false };
    socket.on('error', () => {});
    socket.on('data', (data) => (client.seen += data));
    socket.on('close', () => (client.closed = true));
    return client;
  };

  it('lets the upstream say when the body is wanted', async () => {
    const client = open();
    client.socket.write(HEAD);
    await until(() => asked.length === 1, { what: 'the upstream to be asked' });
    expect(client.seen, 'before the upstream has decided').to.equal('');
    asked[0]!.writeContinue();
    await until(() => client.seen === 'HTTP/1.1 100 Continue\r\n\r\n');
    expect(body).to.equal('');
    client.socket.write('hello');
    await until(() => client.seen.endsWith('got hello'));
    expect(client.seen).to.match(/\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    client.socket.write('GET /next HTTP/1.1\r\nHost: h\r\n\r\n');
    await until(() => client.seen.split('HTTP/1.1 200 OK').length === 3, {
      what: 'an answer on the same connection',
    });
  });

  it('gives a refusal instead of it, and ends the connection on which a body may still come', async () => {
    const client = open();
    client.socket.write(HEAD);
    await until(() => asked.length === 1);
    asked[0]!.writeHead(403, { 'content-length': 2 }).end('no');
    await until(() => client.seen.endsWith('no'));
    // These bytes are a body, whatever they look like.
    client.socket.write('GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n');
    await until(() => client.closed);
    expect(client.seen)
      .to.match(/^HTTP\/1\.1 403 Forbidden\r\n/)
      .and.to.match(/\r\nconnection: close\r\n/i);
    expect(client.seen.match(/HTTP\/1\.1/g)).to.have.length(1);
    expect(legacy.received.map(({ url }) => url)).to.deep.equal(['/upload']);
    await until(() => legacy.sockets.size === 0, { what: 'the connection to the upstream to be given up' });
  });

  it('goes on without a word of an upstream that does not know the expectation', async () => {
    legacy.server.removeAllListeners('checkContinue');
    const silent = await startRawServer((socket) => {
      let seen = '';
      socket.on('data', (data) => {
        seen += data;
        if (seen.endsWith('hello')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ngot');
      });
    });
    const other = await startTestFacade(config({ legacy: silent.url, service: silent.url }));
    const client = open(other.url);
    client.socket.write(HEAD);
    await until(() => client.seen.startsWith('HTTP/1.1 100 Continue\r\n\r\n'));
    client.socket.write('hello');
    await until(() => client.seen.endsWith('got'));
    await other.close();
    await silent.close();
  });

  it('takes a body that comes unasked, and cancels the upstream when the client leaves instead', async () => {
    const hasty = open();
    hasty.socket.write(`${HEAD}hello`);
    await until(() => hasty.seen.endsWith('got hello'));

    const leaving = open();
    leaving.socket.write(HEAD);
    await until(() => asked.length === 2);
    leaving.socket.destroy();
    await until(() => asked[1]!.destroyed, { what: 'the upstream to see the client leave' });
  });

  it('asks for nothing where no body follows, and in HTTP/1.0', async () => {
    const none = 'GET /none HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n';
    expect(await sendRaw(facade.url, none)).to.match(/^HTTP\/1\.1 200 /);
    const old = `${HEAD.replace('HTTP/1.1', 'HTTP/1.0')}hello`;
    expect(await sendRaw(facade.url, old))
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/got hello$/);
    expect(asked).to.have.length(0);
  });

  it('refuses any other expectation', async () => {
    legacy.answer(json('legacy'));
    const answer = await sendRaw(facade.url, HEAD.replace('100-Continue', 'miracles'));
    expect(answer)
      .to.match(/^HTTP\/1\.1 417 /)
      .and.include('EXPECTATION_UNKNOWN')
      .and.not.include('miracles');
    expect(legacy.received).to.have.length(0);
  });
});
