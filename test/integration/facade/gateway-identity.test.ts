import { connect } from 'node:net';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { startIssuer, type TestIssuer } from './rig/issuer.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const SUBJECTS = Array.from({ length: 24 }, (_, index) => `user-${index}`);

describe('A verified identity', () => {
  let issuer: TestIssuer;
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  before(async () => {
    issuer = await startIssuer();
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    for (const [name, { server }] of Object.entries({ legacy, service })) {
      const sockets = new WebSocketServer({ server });
      sockets.on('connection', (socket, { headers }) =>
        socket.send(JSON.stringify({ by: name, subject: headers['x-strangler-subject'] })),
      );
    }
    const canary = (id: string, key: string, rest: string) =>
      route(id, `path: /${id}`, 'canary', `, percent: 50, key: [${key}]${rest}`);
    facade = await startTestFacade(
      config({
        ...{ legacy: legacy.url, service: service.url },
        routes:
          canary('user', 'user', ', auth: optional') +
          canary('tenant', 'tenant', ', auth: [jwt]') +
          canary('plan', 'jwt plan', ', auth: [jwt]') +
          canary('unverified', 'user, ip', ''),
        extra: `auth: { forward: true, jwt: ${issuer.yaml} }\n`,
      }),
    );
  });
  after(async () => {
    await facade.close();
    for (const { server, close } of [legacy, service]) {
      server.closeAllConnections();
      await close();
    }
    await issuer.server.close();
  });
  const bearer = async (claims: object) => ({ authorization: `Bearer ${await issuer.token({ ...claims })}` });
  const side = async (path: string, headers: Record<string, string>) => {
    const answer = await fetch(facade.url + path, { headers });
    await answer.text();
    return answer.headers.get('x-answered-by');
  };
  const sides = (path: string, claims: readonly object[]) =>
    Promise.all(claims.map(async (one) => side(path, await bearer(one))));

  it('is the key by which a user stays on a side, whichever token and address he comes with', async () => {
    const first = await sides(
      '/user',
      SUBJECTS.map((sub) => ({ sub })),
    );
    expect(new Set(first)).to.deep.equal(new Set(['legacy', 'service']));
    expect(
      await sides(
        '/user',
        SUBJECTS.map((sub) => ({ sub, jti: 'another' })),
      ),
    ).to.deep.equal(first);
  });

  it('keeps a tenant together, and who has the same claim', async () => {
    const of = (claims: object) => SUBJECTS.map((sub) => ({ sub, ...claims }));
    const all = async (path: string, name: string) =>
      Promise.all(
        SUBJECTS.slice(0, 12).map(
          async (value) => new Set(await sides(path, of({ [name]: value }).slice(0, 3))),
        ),
      );
    for (const [path, name] of [
      ['/tenant', 'tenant'],
      ['/plan', 'plan'],
    ] as const) {
      const found = await all(path, name);
      expect(found.every(({ size }) => size === 1)).to.equal(true);
      expect(new Set(found.flatMap((one) => [...one]))).to.deep.equal(new Set(['legacy', 'service']));
    }
  });

  it('is nobody’s where no credential is verified: a token alone moves nobody', async () => {
    expect(
      new Set(
        await sides(
          '/unverified',
          SUBJECTS.map((sub) => ({ sub })),
        ),
      ),
    ).to.have.property('size', 1);
  });

  it('counts for a WebSocket as for any request, and is told to the upstream', async () => {
    for (const sub of SUBJECTS.slice(0, 6)) {
      const headers = await bearer({ sub });
      const socket = new WebSocket(`${facade.url.replace('http', 'ws')}/user`, {
        headers: { ...headers, 'x-strangler-subject': 'root' },
      });
      const told = await new Promise<string>((resolve, reject) => {
        socket.on('message', (data) => resolve(String(data)));
        socket.on('error', reject);
      });
      socket.close();
      expect(JSON.parse(told)).to.deep.equal({ by: await side('/user', headers), subject: sub });
    }
  });

  it('is waited for without an upstream having a part in it, also when the client leaves meanwhile', async () => {
    issuer.server.answer(() => {});
    const own = await startTestFacade(
      config({
        ...{ legacy: legacy.url, service: service.url },
        routes: route('r', 'path: /left', 'live', ', auth: [jwt]'),
        extra: `auth: { jwt: ${issuer.yaml} }\n`,
      }),
    );
    try {
      const { authorization } = await bearer({});
      const { hostname, port } = new URL(own.url);
      const socket = connect(Number(port), hostname);
      // Closed when all was sent, so that the facade does see it.
      socket.end(`GET /left HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\n\r\n`);
      socket.on('error', () => {});
      const series = await until(
        async () => /requests_total\{route="r",upstream="([^"]*)"/.exec(await own.metrics()),
        { what: 'the request to be counted' },
      );
      expect(series[1]).to.equal('(facade)');
      // Comparisons of earlier tests may still be under way.
      expect(service.received.filter(({ url }) => url === '/left')).to.deep.equal([]);
    } finally {
      await own.close();
    }
  });
});
