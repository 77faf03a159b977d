import { connect } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { startRawServer } from './rig/raw.ts';
import { openSocket, startEcho, type TestEcho, tryToOpen, upgradeHead } from './rig/websocket.ts';

describe('WebSockets at a facade', () => {
  let legacy: TestEcho;
  let facade: TestFacade;
  const start = async ({ service = legacy.url, keys = '' } = {}) => {
    const routes = route('r', 'path: /live', 'live');
    facade = await startTestFacade(config({ legacy: legacy.url, service, routes, facade: keys }));
  };
  beforeEach(async () => {
    legacy = await startEcho('legacy', (path) => path !== '/closed');
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
  });
  const open = async (upstream = 'legacy') =>
    Number(
      new RegExp(`strangler_facade_websockets_open\\{[^}]*upstream="${upstream}"[^}]*\\} (\\d+)`).exec(
        await facade.metrics(),
      )?.[1],
    );
  const ended = async (outcome: string) =>
    Number(
      new RegExp(`strangler_facade_upgrades_total\\{[^}]*outcome="${outcome}"[^}]*\\} (\\d+)`).exec(
        await facade.metrics(),
      )?.[1] ?? 0,
    );
  const closed = () => facade.log.filter(({ message }) => message === 'websocket closed');

  it('are as many as the limit allows, those among them that are being opened', async () => {
    const silent = await startRawServer(() => {});
    await start({ service: silent.url, keys: ', limits: { upgrades: 2 }' });
    try {
      const waiting = connect(Number(new URL(facade.url).port), '127.0.0.1', () =>
        waiting.write(upgradeHead('/live')),
      );
      waiting.on('error', () => {});
      await until(async () => (await open('service')) === 1);
      const socket = await openSocket(facade.url, '/any');
      expect((await tryToOpen(facade.url, '/any')).status).to.equal(503);
      expect(legacy.upgrades).to.have.length(1);
      expect(await facade.metrics()).to.match(
        /strangler_facade_refused_total\{[^}]*code="UPGRADES_FULL"[^}]*\} 1/,
      );
      waiting.destroy();
      await until(async () => (await ended('client-gone')) === 1);
      const next = await openSocket(facade.url, '/any');
      expect(await open()).to.equal(2);
      socket.close();
      next.close();
      await until(async () => (await open()) === 0);
    } finally {
      await silent.close();
    }
  });

  it('are counted by how they ended, and their bytes are told', async () => {
    await start();
    const socket = await openSocket(facade.url, '/any');
    expect(await socket.ask('12345')).to.equal('legacy 12345');
    socket.close();
    await until(() => closed().length === 1);
    // A text of five letters from the client (2 + 4 of mask + 5), one of twelve to it (2 + 12), and an empty Close each way.
    expect(closed()[0]).to.include({ upstream: 'legacy', path: '/any', received: 11 + 6, sent: 14 + 2 });
    expect((await tryToOpen(facade.url, '/closed')).status).to.equal(404);
    await until(() => closed().length === 2);
    expect(closed()[1]).to.include({ status: 404, received: 0, sent: 0 });
    expect([await ended('closed'), await ended('refused'), await ended('failed')]).to.deep.equal([1, 1, 0]);
  });

  it('break visibly for the client when the upstream breaks them, and count as failed', async () => {
    await start();
    const socket = await openSocket(facade.url, '/any');
    for (const one of legacy.sockets) one.resetAndDestroy();
    await until(() => socket.closed() === 1006);
    await until(async () => (await ended('failed')) === 1);
    expect(await open()).to.equal(0);
  });

  it('end at the upstream when the client is gone without a word', async () => {
    await start();
    const socket = await openSocket(facade.url, '/any');
    socket.ws.terminate();
    await until(() => legacy.closes.length === 1);
    await until(async () => (await ended('closed')) === 1);
    expect(legacy.sockets.size).to.equal(0);
  });
});
