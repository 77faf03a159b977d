import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw } from './rig/raw.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

/** An upstream that also echoes over WebSocket, with its name in front. */
async function startEcho(name: string): Promise<TestUpstream & { upgrades: Record<string, unknown>[] }> {
  const upstream = await startUpstream(json(name));
  const echo = new WebSocketServer({ server: upstream.server });
  const upgrades: Record<string, unknown>[] = [];
  echo.on('connection', (socket, request) => {
    upgrades.push(request.headers);
    socket.on('message', (text) => socket.send(`${name} ${text}`));
  });
  return { ...upstream, upgrades };
}

forEachForwarder('WebSocket through the facade', () => {
  let legacy: Awaited<ReturnType<typeof startEcho>>;
  let service: Awaited<ReturnType<typeof startEcho>>;
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

  const open = async (path: string) => {
    const socket = new WebSocket(facade.url.replace('http', 'ws') + path);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return socket;
  };
  const ask = (socket: WebSocket, text: string) =>
    new Promise<string>((resolve) => {
      socket.once('message', (data) => resolve(String(data)));
      socket.send(text);
    });

  it('reaches exactly one side: the one its route is assigned to', async () => {
    for (const [path, side] of [
      ['/old', 'legacy'],
      ['/new', 'service'],
      ['/elsewhere', 'legacy'],
    ] as const) {
      const socket = await open(path);
      expect(await ask(socket, 'hello')).to.equal(`${side} hello`);
      socket.close();
    }
    expect([legacy.upgrades.length, service.upgrades.length]).to.deep.equal([2, 1]);
    expect(legacy.upgrades[0]).to.include({ 'x-forwarded-for': '127.0.0.1' });
  });

  it('works before any other request, and stays on its side when the route moves', async () => {
    const socket = await open('/new');
    await facade.change('POST', '/api/routes/s/rollback', { reason: 'test' });
    expect(await ask(socket, 'still')).to.equal('service still');
    const later = await open('/new');
    expect(await ask(later, 'now')).to.equal('legacy now');
    socket.close();
    later.close();
    await until(async () =>
      /strangler_facade_upgrades_total\{[^}]*upstream="service"/.test(await facade.metrics()),
    );
  });

  it('refuses an ambiguous target, and an upgrade whose upstream is away', async () => {
    const upgrade =
      'Host: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
    expect(await sendRaw(facade.url, `GET /a/%2e%2e/new HTTP/1.1\r\n${upgrade}`)).to.match(
      /^HTTP\/1\.1 400 /,
    );
    await service.close();
    expect(await sendRaw(facade.url, `GET /new HTTP/1.1\r\n${upgrade}`)).to.match(/^HTTP\/1\.1 502 /);
  });

  it('passes an offer of anything else on as a plain request', async () => {
    const answer = await sendRaw(
      facade.url,
      'GET /old HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n',
    );
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
  });
});
