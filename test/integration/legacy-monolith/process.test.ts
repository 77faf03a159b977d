import { once } from 'node:events';
import { get, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import WebSocket from 'ws';
import { startProcess, type TestProcess } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';
import { type RunningShop, startShop } from './running-shop.ts';

describe('legacy monolith: the process', () => {
  let data: RunningShop;
  before(async () => {
    data = await startShop();
  });
  after(() => data.stop());

  async function start(): Promise<{ child: TestProcess; url: string }> {
    const child = startProcess('legacy-monolith/main.ts', [], {
      env: {
        LEGACY_DB_URL: data.dbUrl,
        LEGACY_PORT: '0',
        LEGACY_HOST: undefined,
        LEGACY_UPLOAD_DIR: undefined,
      },
    });
    const { url } = await child.json((message) => message.msg === 'legacy-monolith listening');
    return { child, url: String(url) };
  }

  function open(url: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => get(url, resolve).on('error', reject));
  }

  it('says where it listens, is healthy, logs requests as JSON lines', async () => {
    const { child, url } = await start();
    const res = await fetch(`${url}/health`, { headers: { 'x-request-id': 'r-1' } });
    expect([res.status, await res.text()]).to.deep.equal([200, 'OK']);
    expect(res.headers.get('x-request-id')).to.equal(null);
    const entry = await child.json((message) => message.req_id === 'r-1');
    expect(entry).to.include({ msg: 'request', method: 'GET', url: '/health', status: 200 });
    expect(await child.stop()).to.equal(0);
  });

  it('ends with 0 on SIGTERM although feeds and sockets are open, and finishes a request in flight', async () => {
    const { child, url } = await start();
    const feed = await open(`${url}/events/orders`);
    let fed = '';
    feed.on('data', (chunk) => (fed += chunk));
    const ws = new WebSocket(`${url.replace('http', 'ws')}/ws/stock`);
    await once(ws, 'message');
    await until(() => fed.includes('connected'), { what: 'the feed to open' });
    const headers = { 'content-type': 'application/json', 'content-length': 10, expect: '100-continue' };
    const req = request(`${url}/api/products/9007199254740993/price`, { method: 'PUT', headers });
    req.flushHeaders();
    await once(req, 'continue');
    child.child.kill('SIGTERM');
    await until(() => feed.complete, { what: 'the feed to end' });
    const answered = once(req, 'response');
    req.end('{"prc":77}');
    const [res] = (await answered) as [IncomingMessage];
    expect(await text(res)).to.include('"price":"0.77"');
    expect(await child.ended).to.equal(0);
  });

  it('refuses to start without a database URL or with a wrong port', async () => {
    const none = startProcess('legacy-monolith/main.ts', [], { env: { LEGACY_DB_URL: '' } });
    expect(await none.ended).to.equal(2);
    expect(none.output()).to.include('LEGACY_DB_URL is not set');
    const port = startProcess('legacy-monolith/main.ts', [], {
      env: { LEGACY_DB_URL: data.dbUrl, LEGACY_PORT: 'x' },
    });
    expect(await port.ended).to.equal(2);
    expect(port.output()).to.include('LEGACY_PORT is x');
  });
});
