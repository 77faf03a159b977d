import { createServer } from 'node:http';
import { expect } from 'chai';
import { NOBODY } from '../../support/nobody.ts';
import { until } from '../../support/wait.ts';
import { configWith, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { startRawServer } from './rig/raw.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';
import { startEcho, type TestEcho, tryToOpen } from './rig/websocket.ts';

forEachForwarder('WebSockets to the instances of an upstream', () => {
  let legacy: TestUpstream;
  let echo: TestEcho;
  let facade: TestFacade;
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    echo = await startEcho('echo');
  });
  afterEach(async () => {
    await facade.close();
    await Promise.all([legacy.close(), echo.close()]);
  });

  const start = async (service: string) => {
    const routes = route('r', 'path: /ws', 'retired');
    facade = await startTestFacade(
      configWith({ legacy: legacy.url, service: `${service}, slowStart: 0s`, routes }),
    );
  };
  const service = async () => (await facade.status()).upstreams.find(({ name }) => name === 'service')!;
  const states = async () => (await service()).instances.map(({ state }) => state.kind).join();
  const inflight = async () => (await service()).instances.reduce((sum, one) => sum + one.inflight, 0);
  /** `open`, or the status with which it was refused. */
  const opening = async () => {
    const { socket, status } = await tryToOpen(facade.url, '/ws');
    const said = socket && (await socket.ask('hello'));
    socket?.ws.terminate();
    return said ?? status;
  };

  it('are opened at another when one is not there, which is noticed', async () => {
    await start(`urls: ["${NOBODY}", "${echo.url}"], ejection: { failures: 3 }`);
    const outcomes = [];
    for (let left = 10; left > 0; left -= 1) outcomes.push(await opening());
    expect([...new Set(outcomes)]).to.deep.equal(['echo hello']);
    expect(await states()).to.equal('ejected,healthy');
    expect(await inflight()).to.equal(0);
  });

  it('are refused when none is there, and open the breaker of their route', async () => {
    await start(`urls: ["${NOBODY}"], timeout: 500ms, breaker: { minimum: 5, window: 9s, reset: 9s }`);
    const outcomes = [];
    for (let left = 8; left > 0; left -= 1) outcomes.push(await opening());
    expect(outcomes[0]).to.equal(502);
    expect(outcomes.at(-1)).to.equal(503);
    expect((await service()).breakers).to.deep.equal([{ route: 'r', state: 'open' }]);
    const closed = facade.log.filter(({ message }) => message === 'websocket closed');
    expect(closed.at(-1)).to.include({ failure: 'BREAKER_OPEN' });
  });

  it('speak against an instance that breaks off or takes too long, and not against one that refuses', async () => {
    const broken = await startRawServer((socket) => socket.once('data', () => socket.destroy()));
    await start(`urls: ["${broken.url}", "${echo.url}"], ejection: { failures: 2 }`);
    const outcomes = [];
    for (let left = 8; left > 0; left -= 1) outcomes.push(await opening());
    expect(
      outcomes.filter((one) => one === 502),
      'it may have been opened',
    ).to.have.length(2);
    expect(await states()).to.equal('ejected,healthy');
    await facade.close();
    await broken.close();

    const silent = await startRawServer(() => {});
    await start(`urls: ["${silent.url}", "${echo.url}"], timeout: 60ms, ejection: { failures: 1 }`);
    await until(async () => (await opening()) === 504);
    expect(await states()).to.equal('ejected,healthy');
    await facade.close();
    await silent.close();

    const refusing = await startEcho('refusing', () => false);
    await start(`urls: ["${refusing.url}", "${echo.url}"], ejection: { failures: 1, serverErrors: 1 }`);
    for (let left = 4; left > 0; left -= 1) await opening();
    expect(await states()).to.equal('healthy,healthy');
    await refusing.close();
  });

  it('take a place until they are open, and none while they are', async () => {
    const held: (() => void)[] = [];
    const slow = createServer();
    slow.on('upgrade', (_request, socket) => {
      socket.on('error', () => {});
      held.push(() =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
      );
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as { port: number };
    await start(`url: "http://127.0.0.1:${port}", concurrency: 1, queue: 0`);
    const first = tryToOpen(facade.url, '/ws').catch(() => 'no handshake of this test is right');
    await until(() => held.length === 1);
    expect(await inflight()).to.equal(1);
    expect(await opening()).to.equal(503);
    held[0]!();
    await first;
    await until(async () => (await inflight()) === 0);
    slow.close();
  });
});
