import { connect } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw, startRawServer } from './rig/raw.ts';
import { openSocket, startEcho, type TestEcho, tryToOpen, upgradeHead } from './rig/websocket.ts';

forEachForwarder('WebSockets at a facade', () => {
  let echo: TestEcho;
  let facade: TestFacade;
  const start = async ({ legacy = echo.url, service = echo.url, keys = '' } = {}) => {
    const routes = route('r', 'path: /live', 'live');
    facade = await startTestFacade(config({ legacy, service, routes, facade: keys }));
  };
  beforeEach(async () => {
    echo = await startEcho('legacy', (path) => path !== '/closed');
  });
  afterEach(async () => {
    await facade.close();
    await echo.close();
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
    await start({ legacy: silent.url, keys: ', limits: { upgrades: 2 }' });
    try {
      const waiting = connect(Number(new URL(facade.url).port), '127.0.0.1', () =>
        waiting.write(upgradeHead('/any')),
      );
      waiting.on('error', () => {});
      await until(async () => (await open()) === 1);
      const socket = await openSocket(facade.url, '/live');
      expect((await tryToOpen(facade.url, '/live')).status).to.equal(503);
      expect(echo.upgrades).to.have.length(1);
      expect(await facade.metrics()).to.match(
        /strangler_facade_refused_total\{[^}]*code="UPGRADES_FULL"[^}]*\} 1/,
      );
      waiting.destroy();
      await until(async () => (await ended('client-gone')) === 1);
      const next = await openSocket(facade.url, '/live');
      expect([await open(), await open('service')]).to.deep.equal([0, 2]);
      socket.close();
      next.close();
      await until(async () => (await open('service')) === 0);
    } finally {
      await silent.close();
    }
  });

  it('are not opened by an upstream that takes too long, which is left alone then', async () => {
    let gone = false;
    const silent = await startRawServer((socket) => socket.resume().once('close', () => (gone = true)));
    await start({ service: silent.url });
    try {
      expect((await tryToOpen(facade.url, '/live')).status).to.equal(504);
      await until(() => closed().length === 1);
      expect(closed()[0]).to.include({ failure: 'UPSTREAM_SLOW', upstream: 'service' });
      await until(() => gone);
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

  it('are not open any more when a refused one said more, and its client is gone', async () => {
    await start();
    await sendRaw(facade.url, `${upgradeHead('/closed')}X`, /not here/);
    await until(async () => (await ended('refused')) === 1, { timeout: 1_500, what: 'it to be counted' });
    expect(await open()).to.equal(0);
  });

  it('pass a refusal of any length on, and break with it when it breaks off', async () => {
    const length = 5_000_000;
    const raw = await startRawServer((socket) =>
      socket.on('data', (data) => {
        socket.write(`HTTP/1.1 404 No\r\nContent-Length: ${length}\r\n\r\n`);
        if (/^GET \/whole /.test(String(data))) socket.write(Buffer.alloc(length, 'x'));
        else socket.end('xxx');
      }),
    );
    await start({ legacy: raw.url });
    try {
      const whole = await sendRaw(facade.url, upgradeHead('/whole'));
      expect(whole.length - whole.indexOf('\r\n\r\n') - 4).to.equal(length);
      expect(await sendRaw(facade.url, upgradeHead('/broken'))).to.match(
        /^HTTP\/1\.1 404 [\s\S]*\r\n\r\nxxx$/,
      );
      await until(async () => (await ended('failed')) === 1);
      expect([await ended('refused'), await open()]).to.deep.equal([1, 0]);
    } finally {
      await raw.close();
    }
  });

  it('break visibly for the client when the upstream breaks them, and count as failed', async () => {
    await start();
    const socket = await openSocket(facade.url, '/any');
    for (const one of echo.sockets) one.resetAndDestroy();
    await until(() => socket.closed() === 1006);
    await until(async () => (await ended('failed')) === 1);
    expect(await open()).to.equal(0);
  });

  it('end at the upstream when the client is gone without a word', async () => {
    await start();
    const socket = await openSocket(facade.url, '/any');
    socket.ws.terminate();
    await until(() => echo.closes.length === 1);
    await until(async () => (await ended('closed')) === 1);
    expect(echo.sockets.size).to.equal(0);
  });
});
