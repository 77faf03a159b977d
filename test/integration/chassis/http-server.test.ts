import { Agent, createServer, get, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { KitError } from '../../../chassis/errors.ts';
import { type Listening, listen } from '../../../chassis/http/server.ts';
import { until } from '../../support/wait.ts';

const AT = { host: '127.0.0.1', port: 0 };
/** How long connections may take to end by themselves: a server that waits for it does not close within a test's time. */
const PAST_THE_TEST = 600_000;

describe('listening', () => {
  const open: Listening[] = [];
  const serve = async (handler: RequestListener) => {
    const listening = await listen(createServer(handler), AT);
    open.push(listening);
    return listening;
  };
  afterEach(() => Promise.all(open.splice(0).map((one) => one.close(0))));

  it('tells where, also on IPv6', async () => {
    const four = await serve((_, response) => void response.end());
    expect(four.url).to.equal(`http://127.0.0.1:${four.port}`);
    const six = await listen(createServer(), { host: '::1', port: 0 });
    open.push(six);
    expect(six.url).to.equal(`http://[::1]:${six.port}`);
  });

  it('on a port that is taken says so, and what to do', async () => {
    const { port } = await serve(() => {});
    const error = await listen(createServer(), { host: '127.0.0.1', port }).catch((found) => found);
    expect(error).to.be.instanceOf(KitError);
    expect(error.code).to.equal('PORT_TAKEN');
    expect(error.message).to.equal(`Port ${port} of 127.0.0.1 is taken by another process.`);
    expect(error.remedy).to.include('0 for any free one');
  });

  it('on an address that is not of this machine says so', async () => {
    const error = await listen(createServer(), { host: '203.0.113.1', port: 0 }).catch((found) => found);
    expect(error).to.include({ code: 'LISTEN_REFUSED' });
    expect(error.message).to.include('203.0.113.1:0').and.include('EADDRNOTAVAIL');
  });

  it('ends with the exchanges under way answered, and takes no new connection', async () => {
    let finish = () => {};
    const { url, port, close } = await serve((_, response) => {
      finish = () => response.end('whole');
    });
    const answer = bodyOf(url);
    await until(() => finish.toString().includes('end'));
    const closed = close(5_000);
    await until(() => refused(port), { what: 'new connections to be refused' });
    finish();
    expect(await answer).to.deep.equal({ body: 'whole' });
    await closed;
  });

  it('ends at once when only idle kept-alive connections are left', async () => {
    const { url, close } = await serve((_, response) => void response.end('ok'));
    const agent = new Agent({ keepAlive: true });
    await bodyOf(url, agent);
    await close(PAST_THE_TEST);
    agent.destroy();
  });

  it('does not keep a connection alive past an exchange that was under way', async () => {
    let finish = () => {};
    const { url, close } = await serve((_, response) => {
      finish = () => response.end('whole');
    });
    const agent = new Agent({ keepAlive: true });
    const answer = bodyOf(url, agent);
    await until(() => finish.toString().includes('end'));
    const closed = close(PAST_THE_TEST);
    finish();
    await closed;
    expect(await answer).to.deep.equal({ body: 'whole' });
    agent.destroy();
  });

  it('answers what still comes on a connection in use, also at once, and ends that then', async () => {
    let answered = false;
    let finish = () => {};
    const { port, close } = await serve((request, response) => {
      if (request.url === '/slow') finish = () => response.end('first');
      else answered = Boolean(response.end('second'));
    });
    const socket = connect(port, '127.0.0.1');
    const text = textOf(socket);
    const get = (where: string) => `GET ${where} HTTP/1.1\r\nHost: h\r\n\r\n`;
    socket.write(get('/slow'));
    await until(() => finish.toString().includes('end'));
    const closed = close(5_000);
    socket.write(get('/at-once'));
    await until(() => answered);
    finish();
    expect(await text).to.match(/first[\s\S]*Connection: close[\s\S]*second$/i);
    await closed;
  });

  it('goes on while it drains, but ends each connection with its answer', async () => {
    const { port, url, drain } = await serve((_, response) => void response.end('ok'));
    drain();
    const socket = connect(port, '127.0.0.1');
    const text = textOf(socket);
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await text).to.match(/connection: close[\s\S]*ok$/i);
    expect(await bodyOf(url)).to.deep.equal({ body: 'ok' });
  });

  it('cuts what is still under way at the deadline', async () => {
    let entered = false;
    const { url, close } = await serve(() => {
      entered = true;
    });
    const answer = bodyOf(url);
    await until(() => entered);
    const started = performance.now();
    await close(100);
    expect(performance.now() - started).to.be.within(90, 2_000);
    expect(await answer).to.deep.equal({ error: 'ECONNRESET' });
  });

  it('cuts a connection that never sends a request', async () => {
    const { port, close } = await serve(() => {});
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await close(50);
    await ended;
  });

  it('can be ended twice', async () => {
    const { close } = await serve(() => {});
    await Promise.all([close(10), close(10)]);
    await close(10);
  });
});

/** What comes until the end. */
async function textOf(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function bodyOf(url: string, agent?: Agent): Promise<{ body: string } | { error?: string }> {
  return new Promise((resolve) => {
    get(url, { agent }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      resolve({ body: Buffer.concat(parts).toString() });
    }).once('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code }));
  });
}

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}
