import { request } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { startUpstream, type TestUpstream } from './rig/upstream.ts';

const TEXT = Buffer.from(JSON.stringify({ items: Array.from({ length: 500 }, (_, id) => ({ id })) }));
const ETAG = '"v1"';

interface Seen {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: Buffer;
}

/** Undoes no coding, unlike fetch. */
function get(url: string, headers: Record<string, string>): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, agent: false }, async (answer) => {
      const parts: Buffer[] = await answer.toArray();
      resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) });
    });
    asked.on('error', reject).end();
  });
}

forEachForwarder('Bodies pass as they are', () => {
  let upstream: TestUpstream;
  let facade: TestFacade;
  beforeEach(async () => {
    upstream = await startUpstream((incoming, response) => {
      const range = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '');
      response.setHeader('etag', ETAG).setHeader('accept-ranges', 'bytes');
      if (range !== null && incoming.headers['if-range'] === ETAG) {
        const [from, to] = [Number(range[1]), Number(range[2])];
        response.setHeader('content-range', `bytes ${from}-${to}/${TEXT.length}`);
        response.statusCode = 206;
        response.end(TEXT.subarray(from, to + 1));
        return;
      }
      const coding = incoming.headers['accept-encoding'];
      response.setHeader('content-type', 'application/json').setHeader('vary', 'accept-encoding');
      if (coding === 'gzip') response.setHeader('content-encoding', 'gzip').end(gzipSync(TEXT));
      else if (coding === 'br') response.setHeader('content-encoding', 'br').end(brotliCompressSync(TEXT));
      else response.end(TEXT);
    });
  });
  afterEach(async () => {
    await facade.close();
    await upstream.close();
  });

  for (const stage of ['legacy', 'shadow', 'live']) {
    const start = async () => {
      const routes = route('r', 'path: /r', stage);
      facade = await startTestFacade(config({ legacy: upstream.url, service: upstream.url, routes }));
      return `${facade.url}/r`;
    };

    it(`as a part of one, with its conditions, at stage ${stage}`, async () => {
      const url = await start();
      const asked = { range: 'bytes=100-1099', 'if-range': ETAG };
      const part = await get(url, asked);
      expect(part.status).to.equal(206);
      expect(part.headers).to.include({
        ...{ 'content-range': `bytes 100-1099/${TEXT.length}`, 'content-length': '1000' },
        ...{ 'accept-ranges': 'bytes', etag: ETAG },
      });
      expect(part.body.equals(TEXT.subarray(100, 1_100))).to.equal(true);
      expect(upstream.received[0]!.headers).to.include(asked);
      const whole = await get(url, { ...asked, 'if-range': '"v0"' });
      expect([whole.status, whole.body.equals(TEXT)]).to.deep.equal([200, true]);
    });

    for (const [coding, bytes] of [
      ['gzip', gzipSync(TEXT)],
      ['br', brotliCompressSync(TEXT)],
    ] as const) {
      it(`in ${coding}, at stage ${stage}`, async () => {
        const coded = await get(await start(), { 'accept-encoding': coding });
        expect(coded.headers).to.include({ 'content-encoding': coding, vary: 'accept-encoding' });
        expect(coded.body.equals(bytes)).to.equal(true);
      });
    }
  }
});
