import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { join } from '../../../facade/websocket/join.ts';
import { until } from '../../support/wait.ts';

/** Two ends of one TCP connection: the far one, and the one that is joined. */
interface Ends {
  far: Socket;
  near: Socket;
}

/** In `/proc/net/tcp`: the timer of a connection that is 2 for keep-alive, and when it runs out in hundredths of a second. */
function timerOf({ localPort, remotePort }: Socket): { kind: number; hundredths: number } {
  const ports = [localPort, remotePort].map((port) => port!.toString(16).toUpperCase().padStart(4, '0'));
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .find((one) => one.includes(`:${ports[0]} `) && one.includes(`:${ports[1]} 01 `))!;
  const [kind, when] = line.trim().split(/\s+/)[5]!.split(':');
  return { kind: Number(kind), hundredths: Number.parseInt(when!, 16) };
}

describe('Two joined sockets', () => {
  let server: Server;
  const ends: Ends[] = [];
  const pair = () =>
    new Promise<Ends>((resolve) => {
      server.once('connection', (near) => {
        near.on('error', () => {});
        ends.push({ far, near });
        resolve({ far, near });
      });
      const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
      far.on('error', () => {});
    });
  before((done) => {
    server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1', done);
  });
  afterEach(() => {
    for (const { far, near } of ends.splice(0)) {
      far.destroy();
      near.destroy();
    }
  });
  after((done) => void server.close(done));
  const mask = () => Buffer.of(1, 2, 3, 4);

  it('are cut when an end that was told to close does not', async () => {
    const [client, upstream] = [await pair(), await pair()];
    const got: Buffer[] = [];
    client.far.on('data', (data) => got.push(data));
    upstream.far.resume();
    // Each goes on talking, and ends nothing of its own.
    client.far.allowHalfOpen = true;
    upstream.far.allowHalfOpen = true;
    const joined = join(client.near, upstream.near, mask, 50);
    joined.close(1012);
    upstream.far.write(Buffer.of(0x81, 1, 97));
    await until(() => client.near.destroyed && upstream.near.destroyed);
    expect([...Buffer.concat(got)]).to.deep.equal([0x88, 2, 3, 244]);
  });

  it('end when both were told and both have answered', async () => {
    const [client, upstream] = [await pair(), await pair()];
    const ended = [client, upstream].map(({ far }) => new Promise((resolve) => far.once('end', resolve)));
    const answers = { client: [0x88, 0x82, 0, 0, 0, 0, 3, 244], upstream: [0x88, 2, 3, 244] };
    client.far.once('data', () => client.far.write(Buffer.from(answers.client)));
    upstream.far.once('data', () => upstream.far.write(Buffer.from(answers.upstream)));
    join(client.near, upstream.near, mask, 60_000).close(1012);
    await Promise.all(ended);
    await until(() => client.near.destroyed && upstream.near.destroyed);
  });

  it('end together when one is reset, without a grace', async () => {
    for (const [one, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const pairs = [await pair(), await pair()];
      pairs[0]!.far.resume();
      pairs[1]!.far.resume();
      join(pairs[0]!.near, pairs[1]!.near, mask, 60_000);
      pairs[one]!.far.resetAndDestroy();
      await until(() => pairs[other]!.near.destroyed && pairs[other]!.far.destroyed);
    }
  });

  it('let the last words of one arrive when it ends', async () => {
    const [client, upstream] = [await pair(), await pair()];
    const got: Buffer[] = [];
    client.far.on('data', (data) => got.push(data));
    upstream.far.resume();
    const joined = join(client.near, upstream.near, mask, 1_000);
    const text = Buffer.concat([Buffer.of(0x82, 127, 0, 0, 0, 0, 0, 16, 0, 0), Buffer.alloc(1_048_576, 7)]);
    upstream.far.end(text);
    await until(() => client.near.destroyed && upstream.near.destroyed);
    expect(Buffer.concat(got).equals(text)).to.equal(true);
    expect([joined.sent(), joined.received()]).to.deep.equal([text.length, 0]);
  });

  it('ask a silent peer whether it lives', async () => {
    const [client, upstream] = [await pair(), await pair()];
    join(client.near, upstream.near, mask);
    for (const { near } of [client, upstream]) {
      const { kind, hundredths } = timerOf(near);
      expect(kind).to.equal(2);
      expect(hundredths).to.be.within(1, 3_000);
    }
  });
});
