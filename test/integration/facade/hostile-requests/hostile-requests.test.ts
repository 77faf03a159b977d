import { expect } from 'chai';
import { until } from '../../../support/wait.ts';
import { config, startTestFacade, type TestFacade } from '../rig/facade.ts';
import { sendRaw } from '../rig/raw.ts';
import { CORPUS } from './corpus.ts';
import { type RecordingUpstream, startRecordingUpstream } from './recording-upstream.ts';

describe(`Hostile and odd requests (${CORPUS.length})`, () => {
  let upstream: RecordingUpstream;
  let facade: TestFacade;

  beforeEach(async () => {
    upstream = await startRecordingUpstream();
    const limits = ', limits: { body: 1KiB }';
    facade = await startTestFacade(config({ legacy: upstream.url, service: upstream.url, facade: limits }));
  });
  afterEach(async () => {
    await facade.close();
    await upstream.close();
  });

  it('are at least sixty, each with a name of its own', () => {
    expect(CORPUS.length).to.be.at.least(60);
    expect(new Set(CORPUS.map(({ name }) => name)).size).to.equal(CORPUS.length);
  });

  for (const { name, send, status, upstream: expected, statuses = [status] } of CORPUS) {
    it(`${name}: ${statuses.join(', ')}`, async () => {
      const seen = await sendLatin1(facade.url, send, statuses.length);
      expect(statusesIn(seen), seen.slice(0, 500)).to.deep.equal(statuses[0] === 0 ? [] : statuses);
      const bytes = () => withoutIds(upstream.connections.map((one) => one.bytes).join(''));
      await until(() => bytes().length >= expected.length, { what: 'the bytes to arrive' }).catch(() => {});
      expect(bytes()).to.equal(expected);
      expect((await fetch(facade.url)).status, 'the next request').to.equal(200);
    });
  }
});

/** Until the connection is closed, or as many answers have come as are expected. */
function sendLatin1(url: string, bytes: string, answers: number): Promise<string> {
  const whole = new RegExp(`(?:(?:\\r\\n\\r\\nok|"requestId":"[^"]*"\\})[\\s\\S]*?){${answers}}$`);
  return sendRaw(url, Buffer.from(bytes, 'latin1'), whole).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return '';
    throw error;
  });
}

function statusesIn(seen: string): number[] {
  return [...seen.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

function withoutIds(bytes: string): string {
  return bytes
    .replace(/^x-request-id: .*$/gim, 'x-request-id: ID\r')
    .replace(/^traceparent: .*$/gim, 'traceparent: TRACE\r')
    .replace(/\r\r/g, '\r');
}
