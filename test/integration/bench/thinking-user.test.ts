import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ThinkingUser } from '../../../bench/facade/thinking-user.ts';
import { until } from '../../support/wait.ts';

describe('A user that the benchmark asks with', () => {
  let server: Server | undefined;
  const users: ThinkingUser[] = [];
  afterEach(() => {
    for (const user of users.splice(0)) user.close();
    server?.close();
  });

  const start = async (answer: RequestListener) => {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const done: boolean[] = [];
    const { port } = server.address() as AddressInfo;
    const user = new ThinkingUser(new URL(`http://127.0.0.1:${port}/x`), 1, (_, ok) => done.push(ok));
    users.push(user);
    return { user, done };
  };

  it('asks again and again over one connection, and counts each answer once, however it is cut', async () => {
    let asked = 0;
    const { user, done } = await start((_, response) => {
      asked += 1;
      response.writeHead(200, { 'content-length': 6 }).write('abc');
      setImmediate(() => response.end('def'));
    });
    let connections = 0;
    server!.on('connection', () => (connections += 1));
    user.begin();
    await until(() => asked >= 20);
    await user.end();
    expect(done).to.deep.equal(new Array(asked).fill(true));
    expect(connections).to.equal(1);
  });

  it('does not take an error for an answer, nor an answer that breaks off', async () => {
    let asked = 0;
    const { user, done } = await start((_, response) => {
      asked += 1;
      if (asked % 2 === 1) response.writeHead(503, { 'content-length': 1 }).end('x');
      else {
        response.writeHead(200, { 'content-length': 6 });
        response.write('abc', () => response.destroy());
      }
    });
    user.begin();
    await until(() => done.length >= 4);
    await user.end();
    expect(done).to.deep.equal(new Array(done.length).fill(false));
  });

  it('ends only when the answer that is under way has come', async () => {
    let answer = () => {};
    const { user, done } = await start((_, response) => {
      answer = () => response.writeHead(200, { 'content-length': 1 }).end('x');
    });
    let asked = false;
    server!.on('request', () => (asked = true));
    user.begin();
    await until(() => asked);
    const ended = user.end();
    expect(done).to.deep.equal([]);
    answer();
    await ended;
    expect(done).to.deep.equal([true]);
  });
});
