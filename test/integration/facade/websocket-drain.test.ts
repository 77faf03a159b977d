import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { overrideKeys, signOverride } from '../../../facade/routing/override-token.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { startRawServer } from './rig/raw.ts';
import { openSocket, startEcho, type TestEcho, upgradeHead } from './rig/websocket.ts';

const SECRET = 's'.repeat(32);
const RESTART = 1012;

forEachForwarder('A WebSocket whose route moves', () => {
  let legacy: TestEcho;
  let service: TestEcho;
  let facade: TestFacade;
  const yaml = (routes: string, { serviceUrl = service.url, keys = '' } = {}) =>
    config({
      legacy: legacy.url,
      service: serviceUrl,
      routes,
      facade: `, websocket: { drain: 20ms }, secrets: { overrides: [${SECRET}] }${keys}`,
    });
  const start = async (...parts: Parameters<typeof yaml>) => {
    facade = await startTestFacade(yaml(...parts));
  };
  beforeEach(async () => {
    legacy = await startEcho('legacy');
    service = await startEcho('service');
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });
  const set = async (stage: string, percent?: number, id = 'r') => {
    const body = { stage, reason: 'test', force: true, ...(percent !== undefined && { percent }) };
    expect((await facade.change('PUT', `/api/routes/${id}/stage`, body)).status).to.equal(200);
  };
  const drained = async () =>
    Number(
      /strangler_facade_upgrades_total\{[^}]*outcome="drained"[^}]*\} (\d+)/.exec(
        await facade.metrics(),
      )?.[1] ?? 0,
    );

  it('is told by a Close frame to connect again, at both ends, and then gets the other side', async () => {
    await start(route('r', 'path: /r', 'live') + route('s', 'path: /s', 'live'));
    const [moved, other, unnamed] = await Promise.all(
      ['/r', '/s', '/elsewhere'].map((path) => openSocket(facade.url, path)),
    );
    await set('legacy');
    await until(() => moved!.closed() === RESTART);
    await until(() => service.closes.includes(RESTART));
    expect(service.closes).to.deep.equal([RESTART]);
    await until(async () => (await drained()) === 1);
    const again = await openSocket(facade.url, '/r');
    expect(await again.ask('now')).to.equal('legacy now');
    expect(await other!.ask('still')).to.equal('service still');
    expect(await unnamed!.ask('still')).to.equal('legacy still');
    await set('live');
    await until(() => again.closed() === RESTART);
    other!.close();
    unnamed!.close();
  });

  it('stays as long as its side is not judged to be wrong: in canary above 0, and where a tester chose it', async () => {
    await start(
      route('r', 'path: /r', 'canary', ', percent: 100, key: [header x-user-id]') +
        route('other', 'path: /other', 'live'),
    );
    const headers = { 'x-user-id': 'u' };
    const [key] = overrideKeys([SECRET]);
    const token = signOverride({ side: 'service', route: 'r', expiresAt: Date.now() + 60_000 }, key!);
    const keyed = await openSocket(facade.url, '/r', { headers });
    const chosen = await openSocket(facade.url, '/r', { headers: { ...headers, 'x-strangler-side': token } });
    const keyless = await openSocket(facade.url, '/r');
    const last = await openSocket(facade.url, '/other');
    await set('canary', 1);
    await set('legacy', undefined, 'other');
    // Looked at after the others: when it is told, so are they.
    await until(() => last.closed() === RESTART);
    expect(await keyed.ask('1%')).to.equal('service 1%');
    await set('canary', 0);
    await until(() => keyed.closed() === RESTART);
    expect(await chosen.ask('0%')).to.equal('service 0%');
    expect(await keyless.ask('0%')).to.equal('legacy 0%');
    chosen.close();
    keyless.close();
  });

  it('follows an edit of the config that names its path for the first time', async () => {
    await start('');
    const socket = await openSocket(facade.url, '/room/1?x=1');
    const later = await openSocket(facade.url, '/room/2');
    await facade.edit(yaml(route('r', 'path: "/room/:id", query: { x: "1" }', 'live')));
    await until(() => socket.closed() === RESTART);
    expect(await later.ask('still')).to.equal('legacy still');
    later.close();
  });

  it("outlives an edit of its upstream's settings", async () => {
    await start(route('r', 'path: /r', 'live'));
    const socket = await openSocket(facade.url, '/r');
    const { version } = (await facade.status()).config;
    await facade.edit(yaml(route('r', 'path: /r', 'live')).replace('timeout: 500ms', 'timeout: 600ms'));
    await until(async () => (await facade.status()).config.version !== version);
    expect(await socket.ask('still')).to.equal('service still');
    socket.close();
  });

  it('is told between two messages: one that is half-way arrives whole', async () => {
    let upstream: Socket | undefined;
    let atUpstream = Buffer.alloc(0);
    const raw = await startRawServer((socket) => {
      upstream = socket;
      socket.on('data', (data) => {
        atUpstream = Buffer.concat([atUpstream, data]);
        if (!atUpstream.includes('\r\n\r\n')) return;
        if (atUpstream.subarray(-4).equals(Buffer.from('\r\n\r\n')))
          socket.write(
            'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
          );
      });
    });
    await start(route('r', 'path: /r', 'live'), { serviceUrl: raw.url });
    let atClient = Buffer.alloc(0);
    const client = connect(Number(new URL(facade.url).port), '127.0.0.1', () =>
      client.write(upgradeHead('/r')),
    );
    client.on('data', (data) => {
      atClient = Buffer.concat([atClient, data]);
    });
    const ended = new Promise((resolve) => client.once('end', resolve));
    try {
      await until(() => atClient.includes('\r\n\r\n'));
      const head = atClient.length;
      // The first fragment of a message and a part of its second.
      upstream!.write(Buffer.from([0x01, 3, 97, 98, 99, 0x80, 4, 100, 101]));
      await until(() => atClient.length === head + 9);
      await set('legacy');
      // Nothing is half-way in the other direction: the upstream is told at once, masked as by a client.
      await until(() => atUpstream.at(-8) === 0x88 && atUpstream.at(-7) === 0x82);
      const [m0, m1, , , c0, c1] = atUpstream.subarray(-6);
      expect(((c0! ^ m0!) << 8) | (c1! ^ m1!)).to.equal(RESTART);
      expect(atClient.length).to.equal(head + 9);
      // The rest, a message too late, and the answer to the goodbye.
      upstream!.write(Buffer.from([102, 103, 0x81, 1, 104, 0x88, 0]));
      await until(() => atClient.length === head + 15);
      client.write(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
      await ended;
      expect([...atClient.subarray(head + 9)]).to.deep.equal([
        102,
        103,
        0x88,
        2,
        RESTART >> 8,
        RESTART & 0xff,
      ]);
    } finally {
      client.destroy();
      await raw.close();
    }
  });

  it('is told at the end of the facade too', async () => {
    await start(route('r', 'path: /r', 'live'));
    const sockets = await Promise.all(['/r', '/elsewhere'].map((path) => openSocket(facade.url, path)));
    try {
      await facade.close();
      await until(() => sockets.every((socket) => socket.closed() !== undefined));
      expect(sockets.map((socket) => socket.closed())).to.deep.equal([RESTART, RESTART]);
      expect([legacy.closes, service.closes]).to.deep.equal([[RESTART], [RESTART]]);
    } finally {
      await start('');
    }
  });
});
