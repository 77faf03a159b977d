import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { createHealthProbe } from '../../../facade/upstreams/health-probe.ts';
import { until } from '../../support/wait.ts';
import { startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('a health probe', () => {
  let upstream: TestUpstream;
  let status: number;

  before(async () => {
    upstream = await startUpstream((_request, response) => response.writeHead(status).end('{"ok":true}'));
  });
  after(() => upstream.close());

  const ask = (options: { status?: number; timeout?: number; path?: string } = {}, url = upstream.url) =>
    createHealthProbe({ path: '/health/ready?deep=1', timeout: 5_000, ...options })(
      url,
      new AbortController().signal,
    );

  it('passes with any 2xx, or with the one status that is expected', async () => {
    const verdicts: [number, boolean, boolean][] = [];
    for (const one of [200, 204, 302, 404, 500, 503]) {
      status = one;
      verdicts.push([one, await ask(), await ask({ status: 404 })]);
    }
    expect(verdicts).to.deep.equal([
      [200, true, false],
      [204, true, false],
      [302, false, false],
      [404, false, true],
      [500, false, false],
      [503, false, false],
    ]);
    expect(upstream.received[0]).to.include({ method: 'GET', url: '/health/ready?deep=1' });
  });

  it('leaves no connection behind', async () => {
    status = 200;
    await Promise.all([ask(), ask(), ask()]);
    await until(() => upstream.sockets.size === 0, { what: 'the connections of the probes to be closed' });
  });

  it('rejects when nobody listens', async () => {
    const rejected = await ask({}, 'http://127.0.0.1:9').then(
      () => false,
      () => true,
    );
    expect(rejected).to.equal(true);
  });

  it('rejects when an instance takes the connection and says nothing, or changes the protocol', async () => {
    const answers = ['', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'];
    for (const answer of answers) {
      const silent = createServer((socket) => {
        socket.on('error', () => {}).resume();
        socket.write(answer);
      });
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const rejected = await ask({ timeout: 50 }, url).then(
        () => false,
        () => true,
      );
      expect(rejected, answer).to.equal(true);
      // The probe itself ends the connection: else this would not come to an end.
      await new Promise((resolve) => silent.close(resolve));
    }
  });
});
