import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw, startRawServer } from './rig/raw.ts';
import { openSocket, startEcho, type TestEcho, upgradeHead } from './rig/websocket.ts';

forEachForwarder('WebSocket through the facade', () => {
  let legacy: TestEcho;
  let service: TestEcho;
  let facade: TestFacade;
  beforeEach(async () => {
    legacy = await startEcho('legacy');
    service = await startEcho('service');
    facade = await startTestFacade(
      config({
        legacy: legacy.url,
        service: service.url,
        routes:
          route('l', 'path: /old', 'shadow') +
          route('s', 'path: /new', 'live') +
          route('o', 'path: /new/*', 'legacy'),
      }),
    );
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });

  const open = (path: string) => openSocket(facade.url, path);

  it('reaches exactly one side: the one its route is assigned to', async () => {
    for (const [path, side] of [
      ['/old', 'legacy'],
      ['/new', 'service'],
      ['/elsewhere', 'legacy'],
    ] as const) {
      const socket = await open(path);
      expect(await socket.ask('hello')).to.equal(`${side} hello`);
      socket.close();
    }
    expect([legacy.upgrades.length, service.upgrades.length]).to.deep.equal([2, 1]);
    expect(legacy.upgrades[0]).to.include({ 'x-forwarded-for': '127.0.0.1' });
  });

  it('works before any other request, and stays on its side when the route moves', async () => {
    const socket = await open('/new');
    await facade.change('POST', '/api/routes/s/rollback', { reason: 'test' });
    expect(await socket.ask('still')).to.equal('service still');
    const later = await open('/new');
    expect(await later.ask('now')).to.equal('legacy now');
    socket.close();
    later.close();
    await until(async () =>
      /strangler_facade_upgrades_total\{[^}]*upstream="service"/.test(await facade.metrics()),
    );
  });

  it('refuses an ambiguous target, and an upgrade whose upstream is away', async () => {
    expect(await sendRaw(facade.url, upgradeHead('/a/%2e%2e/new'))).to.match(/^HTTP\/1\.1 400 /);
    await service.close();
    expect(await sendRaw(facade.url, upgradeHead('/new'))).to.match(/^HTTP\/1\.1 502 /);
  });

  it("passes a refusal on in the facade's own words where the upstream's could not be written", async () => {
    const odd = await startRawServer((socket) =>
      socket.on('data', () => socket.write('HTTP/1.1 404 No\x01pe\r\nContent-Length: 2\r\n\r\nno')),
    );
    const other = await startTestFacade(config({ legacy: odd.url, service: odd.url }));
    try {
      expect(await sendRaw(other.url, upgradeHead('/any'))).to.match(
        /^HTTP\/1\.1 404 Not Found\r\n.*\r\n\r\nno$/s,
      );
    } finally {
      await other.close();
      await odd.close();
    }
  });

  it('passes an offer of anything else on as a plain request', async () => {
    const answer = await sendRaw(
      facade.url,
      'GET /old HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n',
    );
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
  });
});
