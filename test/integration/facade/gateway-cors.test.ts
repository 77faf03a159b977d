import { expect } from 'chai';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { startUpstream, type TestUpstream } from './rig/upstream.ts';

const PAGE = { origin: 'https://shop.test' };
const OPEN =
  ', cors: { origins: ["https://shop.test"], methods: [GET, PUT], credentials: true, expose: [etag] }';

forEachForwarder('CORS at the facade', () => {
  let legacy: TestUpstream;
  let facade: TestFacade;
  before(async () => {
    legacy = await startUpstream((_request, response) =>
      response
        .writeHead(200, {
          ...{
            'Access-Control-Allow-Origin': '*',
            'Access-Control-Max-Age': '1',
            'access-control-expose-headers': 'x-own',
          },
          vary: 'Accept-Encoding',
        })
        .end('{}'),
    );
    facade = await startTestFacade(
      config({
        ...{ legacy: legacy.url, service: 'http://127.0.0.1:9', facade: OPEN },
        routes:
          route('own', 'path: /own', 'legacy', ', cors: { origins: ["https://other.test"] }') +
          route('upstreams', 'path: /upstreams', 'legacy', ', cors: { origins: [] }') +
          route('put', 'path: /split, methods: [PUT]', 'legacy', ', auth: required') +
          route('down', 'path: /down, methods: [POST]', 'live'),
        extra: `auth: { apiKeys: { keys: [{ name: a, sha256: ${'a'.repeat(64)} }] } }\n`,
      }),
    );
  });
  beforeEach(() => legacy.received.splice(0));
  after(async () => {
    await facade.close();
    await legacy.close();
  });
  const ask = (path: string, init: RequestInit = {}) => fetch(facade.url + path, init);
  const preflight = (path: string, method: string, headers: Record<string, string> = PAGE) =>
    ask(path, { method: 'OPTIONS', headers: { ...headers, 'access-control-request-method': method } });
  const corsOf = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

  it('puts its own headers in the place of the upstream’s, and leaves the rest', async () => {
    const answer = await ask('/any', { headers: PAGE });
    expect(corsOf(answer)).to.deep.equal({
      'access-control-allow-origin': 'https://shop.test',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'etag',
    });
    expect(answer.headers.get('vary')).to.equal('Accept-Encoding, Origin');
  });

  it('tells another page nothing, and no page either, but varies all the same', async () => {
    for (const headers of [{ origin: 'https://elsewhere.test' }, {}]) {
      const answer = await ask('/any', { headers });
      expect(answer.status).to.equal(200);
      expect(corsOf(answer)).to.deep.equal({});
      expect(answer.headers.get('vary')).to.equal('Accept-Encoding, Origin');
    }
  });

  it('answers preflights without the upstream', async () => {
    const allowed = await preflight('/any', 'PUT');
    expect(allowed.status).to.equal(204);
    expect(allowed.headers.get('access-control-allow-methods')).to.equal('GET, PUT');
    expect(allowed.headers.get('vary')).to.include('Access-Control-Request-Method');
    const refused = await preflight('/any', 'DELETE');
    expect([refused.status, corsOf(refused)]).to.deep.equal([403, {}]);
    expect(legacy.received).to.deep.equal([]);
  });

  it('holds a preflight against the path and method that it asks for, and asks no credential of it', async () => {
    expect((await preflight('/split', 'PUT')).status).to.equal(204);
    const answer = await ask('/split', { method: 'PUT', headers: PAGE });
    expect(answer.status).to.equal(401);
    // The page must be able to read why.
    expect(answer.headers.get('access-control-allow-origin')).to.equal('https://shop.test');
    expect(legacy.received).to.deep.equal([]);
  });

  it('lets a page read the facade’s own refusals of an upstream that is away', async () => {
    const answer = await ask('/down', { method: 'POST', body: 'x', headers: PAGE });
    expect(answer.status).to.equal(502);
    expect(answer.headers.get('access-control-allow-origin')).to.equal('https://shop.test');
  });

  it('of a route stands in the place of the facade’s', async () => {
    expect((await preflight('/own', 'GET')).status).to.equal(403);
    expect((await preflight('/own', 'GET', { origin: 'https://other.test' })).status).to.equal(204);
  });

  it('is the upstream’s where a route says so, preflights too', async () => {
    expect(corsOf(await ask('/upstreams', { headers: PAGE }))['access-control-max-age']).to.equal('1');
    expect((await preflight('/upstreams', 'GET')).status).to.equal(200);
    expect(legacy.received.map(({ method }) => method)).to.deep.equal(['GET', 'OPTIONS']);
  });

  it('lets an OPTIONS through that is no preflight', async () => {
    expect((await ask('/any', { method: 'OPTIONS', headers: PAGE })).status).to.equal(200);
    expect(legacy.received).to.have.length(1);
  });
});
