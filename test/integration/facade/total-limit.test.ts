import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw } from './rig/raw.ts';
import { startUpstream, type TestUpstream } from './rig/upstream.ts';

const trickle: RequestListener = (_request, response) => {
  response.write('begun');
  const more = setInterval(() => response.write('.'), 20);
  response.once('close', () => clearInterval(more));
};

forEachForwarder('The limit on a whole exchange', () => {
  let upstream: TestUpstream;
  let facade: TestFacade;
  const start = async (limits: string, routes = '') => {
    facade = await startTestFacade(
      config({ legacy: upstream.url, service: upstream.url, facade: limits, routes }),
    );
  };
  const failure = async (code: string) => {
    await until(() => facade.log.some((line) => line.failure === code), { what: `${code} in the log` });
    await until(() => upstream.sockets.size === 0, { what: "the upstream's connection to end" });
  };
  const get = (path: string) =>
    sendRaw(facade.url, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);

  beforeEach(async () => {
    upstream = await startUpstream(() => {});
  });
  afterEach(async () => {
    await facade.close();
    await upstream.close();
  });

  it('ends one that gets no answer with 504', async () => {
    await start(', limits: { total: 100ms }');
    expect(await get('/a')).to.match(/^HTTP\/1\.1 504 [\s\S]*TOTAL_EXCEEDED/);
    await failure('TOTAL_EXCEEDED');
  });

  it('ends an upload that goes on for ever with 504', async () => {
    await start(', limits: { total: 200ms }');
    upstream.answer((request) => void request.resume());
    const client = connect(Number(new URL(facade.url).port), '127.0.0.1');
    let seen = '';
    client.setEncoding('latin1').on('error', () => {});
    client.on('data', (text: string) => {
      seen += text;
    });
    client.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    const more = setInterval(() => client.write('1\r\nx\r\n'), 20);
    client.once('close', () => clearInterval(more));
    await until(() => seen.includes('TOTAL_EXCEEDED'), { what: 'the answer' });
    expect(seen).to.match(/^HTTP\/1\.1 504 /);
    await failure('TOTAL_EXCEEDED');
    client.destroy();
  });

  it('cuts an answer that trickles for ever, visibly', async () => {
    await start(', limits: { total: 200ms }');
    upstream.answer(trickle);
    const seen = await get('/a');
    expect(seen)
      .to.match(/^HTTP\/1\.1 200 [\s\S]*begun/)
      .and.not.include('\r\n0\r\n');
    await failure('TOTAL_EXCEEDED');
  });

  it("is the route's before the facade's, and leaves other exchanges alone", async () => {
    const routes = route('r', 'path: /r', 'live', ', limits: { total: 100ms }');
    await start(', limits: { total: 1h }', routes);
    upstream.answer((request, response) => {
      if (request.url === '/r') trickle(request, response);
      else response.end('whole');
    });
    expect(await get('/r')).to.include('begun');
    expect(await get('/other')).to.match(/whole$/);
    await failure('TOTAL_EXCEEDED');
  });
});
