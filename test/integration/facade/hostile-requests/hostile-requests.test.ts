import { connect } from 'node:net';
import { expect } from 'chai';
import { until } from '../../../support/wait.ts';
import { config, startTestFacade, type TestFacade } from '../rig/facade.ts';
import { forEachForwarder } from '../rig/forwarders.ts';
import { sendRaw } from '../rig/raw.ts';
import { FRAMING } from './corpus/framing.ts';
import { HEADS } from './corpus/heads.ts';
import { bytesOf } from './corpus/hostile-request.ts';
import { TARGETS } from './corpus/targets.ts';
import { UPGRADES } from './corpus/upgrades.ts';
import { type RecordingUpstream, startRecordingUpstream } from './recording-upstream.ts';

const CORPUS = [...TARGETS, ...HEADS, ...FRAMING, ...UPGRADES];

forEachForwarder(`Hostile and odd requests (${CORPUS.length})`, (forwarder) => {
  let upstream: RecordingUpstream;
  let facade: TestFacade;

  beforeEach(async () => {
    upstream = await startRecordingUpstream();
  });
  afterEach(async () => {
    await facade.close();
    await upstream.close();
  });
  const start = async (settings = '') => {
    const limits = `, limits: { body: 1KiB }${settings}`;
    facade = await startTestFacade(config({ legacy: upstream.url, service: upstream.url, facade: limits }));
  };

  it('are at least sixty, each with a name of its own', async () => {
    await start();
    expect(CORPUS.length).to.be.at.least(60);
    expect(new Set(CORPUS.map(({ name }) => name)).size).to.equal(CORPUS.length);
  });

  for (const { name, send, statuses, upstream: expected, breaksOff, facade: settings } of CORPUS) {
    it(`${name}: ${statuses.join(', ')}`, async () => {
      await start(settings);
      const client = dial(facade.url, send);
      await until(() => client.closed() || answersIn(client.seen()) >= statuses.length, {
        what: 'the answers',
      }).catch(() => {});
      // What comes late comes before the canary's answer, or into it.
      expect(await sendRaw(facade.url, CANARY)).to.match(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
      const exact = expected.map((one) => bytesOf(one, forwarder)).join('');
      const bytes = () => upstream.connections.map((one) => one.bytes).join('');
      const others = () => withoutIds(bytes().replace(/GET \/canary [\s\S]*?\r\n\r\n/, ''));
      if (breaksOff) expect(exact.slice(0, others().length)).to.equal(others());
      else {
        await until(() => others().length >= exact.length, { what: 'the bytes to arrive' }).catch(() => {});
        expect(others()).to.equal(exact);
      }
      expect(statusesIn(client.seen()), client.seen().slice(0, 500)).to.deep.equal(statuses);
      client.leave();
    });
  }

  it('are followed by an answer to the next request, after all of them on one facade', async () => {
    await start();
    await Promise.all(CORPUS.map(({ send, statuses }) => sendLatin1(facade.url, send, statuses.length)));
    expect((await fetch(facade.url)).status).to.equal(200);
  });

  it('with a Trailer on a GET, a thousand times, leave the process alive', async () => {
    await start();
    const one = 'GET /a HTTP/1.1\r\nHost: shop.test\r\nTrailer: x\r\n\r\n';
    const seen = await sendLatin1(facade.url, one.repeat(1_000), 1_000);
    expect(statusesIn(seen)).to.have.length(1_000);
    expect(upstream.connections.some(({ bytes }) => /trailer/i.test(bytes))).to.equal(false);
  });
});

/** Goes through the facade last, on a connection of its own. */
const CANARY = 'GET /canary HTTP/1.1\r\nHost: other.test\r\nConnection: close\r\n\r\n';

/** A client that says all it has to say at once, and then only listens. */
function dial(url: string, bytes: string) {
  let seen = '';
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.setEncoding('latin1').on('error', () => {});
  socket.on('data', (text: string) => {
    seen += text;
  });
  socket.write(bytes, 'latin1');
  return { seen: () => seen, closed: () => socket.closed, leave: () => void socket.destroy() };
}

/** Until the connection is closed, or as many answers have come as are expected. */
function sendLatin1(url: string, bytes: string, answers: number): Promise<string> {
  const done = (seen: string) => answersIn(seen) >= answers;
  return sendRaw(url, Buffer.from(bytes, 'latin1'), { test: done }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return '';
    throw error;
  });
}

/** The end of an answer of the upstream, or of the facade. */
const ENDED = /\r\n\r\nok|"requestId":"[^"]*"\}|HTTP\/1\.1 (?:100|204) [\s\S]*?\r\n\r\n/g;

function answersIn(seen: string): number {
  return seen.match(ENDED)?.length ?? 0;
}

function statusesIn(seen: string): number[] {
  return [...seen.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

function withoutIds(bytes: string): string {
  return bytes
    .replace(/^x-request-id: .*$/gim, 'x-request-id: ID\r')
    .replace(/^traceparent: .*$/gim, 'traceparent: TRACE\r')
    .replace(/^(host): 127\.0\.0\.1:\d+$/gim, '$1: UPSTREAM')
    .replace(/\r\r/g, '\r');
}
