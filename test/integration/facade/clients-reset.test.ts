import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route } from './rig/facade.ts';
import { type FacadeProcess, startFacadeProcess } from './rig/facade-process.ts';
import { sendRaw } from './rig/raw.ts';
import { startUpstream, type TestUpstream } from './rig/upstream.ts';
import { upgradeHead } from './rig/websocket.ts';

/** Upgrades that are refused, each by another part of the facade. */
const REFUSED = [
  [400, upgradeHead('/a/../b')],
  [400, upgradeHead('/a', 'Host: other\r\n')],
  [401, upgradeHead('/members')],
  [403, upgradeHead('/pages', 'Origin: https://evil.test\r\n')],
  [429, upgradeHead('/counted')],
  [503, upgradeHead('/away')],
] as const;

describe('A client that resets the connection of a refused upgrade', () => {
  let upstream: TestUpstream;
  let facade: FacadeProcess;
  before(async () => {
    upstream = await startUpstream((_request, response) => response.end('ok'));
    facade = await startFacadeProcess(
      config({
        legacy: upstream.url,
        service: upstream.url,
        routes:
          route('members', 'path: /members', 'legacy', ', auth: required') +
          route('pages', 'path: /pages', 'legacy', ', websocket: { origins: ["https://shop.test"] }') +
          route('counted', 'path: /counted', 'legacy', ', rateLimit: { requests: 1, per: 1h }') +
          route('away', 'path: /away', 'live').replace('service: service', 'service: away'),
        extra: `auth: { apiKeys: { keys: [{ name: a, sha256: ${'a'.repeat(64)} }] } }`,
      }).replace('upstreams:', 'upstreams:\n  away: { service: away }'),
    );
    await sendRaw(facade.url, 'GET /counted HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  });
  after(async () => {
    await facade?.close();
    await upstream.close();
  });

  const client = () => {
    const socket = connect(Number(new URL(facade.url).port), '127.0.0.1');
    return socket.on('error', () => {});
  };
  const closed = (socket: Socket) => until(() => socket.closed, { what: 'the connection to be closed' });
  const lives = async () => expect(await (await fetch(facade.url)).text()).to.equal('ok');

  for (const [status, head] of REFUSED) {
    it(`leaves the process alive: ${status} to ${head.split('\r\n')[0]}`, async () => {
      const readIt = client().setEncoding('latin1');
      let seen = '';
      readIt.on('data', (text: string) => {
        seen += text;
        readIt.resetAndDestroy();
      });
      readIt.write(head);
      await closed(readIt);
      expect(seen).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
      for (let count = 0; count < 10; count += 1) {
        const gone = client();
        gone.write(head, () => gone.resetAndDestroy());
        await closed(gone);
      }
      await lives();
    });
  }
});
