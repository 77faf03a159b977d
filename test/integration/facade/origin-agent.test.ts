import { type Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createOriginAgent } from '../../../facade/forwarding/origin-agent.ts';
import { until } from '../../support/wait.ts';

describe('The agent of one origin', () => {
  let server: Server;
  let agent: Agent;
  let opened = 0;
  let open = 0;
  beforeEach(async () => {
    opened = 0;
    open = 0;
    server = createServer({ keepAliveTimeout: 60_000 }, (_request, response) => response.end('x'));
    server.on('connection', (socket) => {
      opened += 1;
      open += 1;
      socket.once('close', () => (open -= 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    agent.destroy();
    server.close();
  });

  const ask = () =>
    new Promise<boolean>((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const request = get({ host: '127.0.0.1', port, agent }, (answer) =>
        answer.resume().once('close', () => resolve(request.reusedSocket)),
      );
      request.once('error', reject);
    });

  it('asks again over the connection that it kept', async () => {
    agent = createOriginAgent();
    expect(await ask()).to.equal(false);
    expect(await ask()).to.equal(true);
    expect(opened).to.equal(1);
  });

  it('gives a connection up that is idle for too long, and opens another', async () => {
    agent = createOriginAgent({ idle: 40 });
    await ask();
    await until(() => opened === 1 && open === 0, { what: 'the idle connection to be closed' });
    expect(await ask()).to.equal(false);
    expect(opened).to.equal(2);
  });

  it('leaves a connection alone that waits for an answer', async () => {
    agent = createOriginAgent({ idle: 40 });
    const answers: (() => void)[] = [];
    server.removeAllListeners('request');
    server.on('request', (_request, response) => answers.push(() => response.end('x')));
    const both = [ask(), ask()];
    await until(() => answers.length === 2, { what: 'both requests to arrive' });
    answers[0]!();
    await until(() => open === 1, { what: 'the one that became idle to be closed' });
    answers[1]!();
    await Promise.all(both);
    expect(opened).to.equal(2);
  });

  it('closes what is idle at its end', async () => {
    agent = createOriginAgent();
    await ask();
    agent.destroy();
    await until(() => open === 0, { what: 'the connection to be closed' });
  });
});
