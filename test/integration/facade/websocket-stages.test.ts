import { expect } from 'chai';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { openSocket, startEcho, type TestEcho, tryToOpen } from './rig/websocket.ts';

forEachForwarder('A WebSocket', () => {
  let legacy: TestEcho;
  let service: TestEcho;
  let facade: TestFacade;
  const start = async (routes: string, facadeKeys = '') => {
    facade = await startTestFacade(
      config({ legacy: legacy.url, service: service.url, routes, facade: facadeKeys }),
    );
  };
  beforeEach(async () => {
    legacy = await startEcho('legacy', (path) => path !== '/closed');
    service = await startEcho('service');
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });
  const sideOf = async (path: string, user: string) => {
    const socket = await openSocket(facade.url, path, { headers: { 'x-user-id': user } });
    const [side] = (await socket.ask('?')).split(' ');
    socket.close();
    return side;
  };

  it('goes to the side of each stage, in canary to that of its key, as a request does', async () => {
    const key = ', key: [header x-user-id]';
    await start(
      ['legacy', 'shadow', 'live', 'retired']
        .map((stage) => route(stage, `path: /${stage}`, stage))
        .join('') + route('canary', 'path: /canary', 'canary', `, percent: 50${key}`),
    );
    const sides = ['legacy', 'shadow', 'live', 'retired'].map((stage) => sideOf(`/${stage}`, 'u'));
    expect(await Promise.all(sides)).to.deep.equal(['legacy', 'legacy', 'service', 'service']);
    const users = Array.from({ length: 12 }, (_, index) => `user-${index}`);
    const opened = await Promise.all(users.map((user) => sideOf('/canary', user)));
    const asked = await Promise.all(
      users.map(async (user) => {
        const answer = await fetch(`${facade.url}/canary`, { headers: { 'x-user-id': user } });
        await answer.text();
        return answer.headers.get('x-answered-by');
      }),
    );
    expect(opened).to.deep.equal(asked);
    expect(new Set(opened)).to.deep.equal(new Set(['legacy', 'service']));
    expect(await sideOf('/canary', users[0]!)).to.equal(opened[0]);
  });

  it('passes large and many messages both ways, in their order', async () => {
    await start(route('r', 'path: /live', 'live'));
    const socket = await openSocket(facade.url, '/live');
    const large = 'x'.repeat(3_000_000);
    expect((await socket.ask(large)).length).to.equal('service '.length + large.length);
    const got: string[] = [];
    const all = new Promise<void>((resolve) =>
      socket.ws.on('message', (text) => {
        if (got.push(String(text)) === 500) resolve();
      }),
    );
    for (let index = 0; index < 500; index += 1) socket.ws.send(String(index));
    await all;
    expect(got).to.deep.equal(Array.from({ length: 500 }, (_, index) => `service ${index}`));
    socket.close();
  });

  it("is not open where the upstream answers otherwise: that answer is the client's", async () => {
    await start(route('r', 'path: /closed', 'legacy'));
    const { ws } = { ws: await tryToOpen(facade.url, '/closed') };
    expect(ws.status).to.equal(404);
  });

  it('is not opened from a page of another origin, and no upstream hears of it', async () => {
    await start(
      route('own', 'path: /own', 'live', ', websocket: { origins: ["https://partner.example"] }'),
      ', websocket: { origins: [same-host, none] }, trustProxy: [127.0.0.1]',
    );
    const status = async (path: string, headers: Record<string, string>) => {
      const { socket, status: refused } = await tryToOpen(facade.url, path, { headers });
      socket?.close();
      return refused ?? 101;
    };
    const host = new URL(facade.url).host;
    expect(await status('/any', { origin: 'https://evil.example' })).to.equal(403);
    expect(
      await status('/own', { origin: `http://${host}` }),
      "the facade's list on a route with its own",
    ).to.equal(403);
    expect([legacy.upgrades, service.upgrades]).to.deep.equal([[], []]);
    expect(await facade.metrics()).to.match(
      /strangler_facade_refused_total\{[^}]*code="ORIGIN_REFUSED"[^}]*\} 2/,
    );
    expect(await status('/any', {})).to.equal(101);
    expect(await status('/any', { origin: `http://${host}` })).to.equal(101);
    expect(
      await status('/any', { origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' }),
    ).to.equal(101);
    expect(await status('/own', { origin: 'https://partner.example' })).to.equal(101);
  });

  it('is opened from any page while no origins are named: the upstream sees the Origin', async () => {
    await start(route('r', 'path: /live', 'live'));
    const socket = await openSocket(facade.url, '/live', { headers: { origin: 'https://any.example' } });
    expect(service.upgrades[0]).to.include({ origin: 'https://any.example' });
    socket.close();
  });
});
