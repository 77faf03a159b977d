import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { NOBODY } from '../../support/nobody.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { startRawServer } from './rig/raw.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

const BOMB = gzipSync(Buffer.alloc(20_000_000));

/** Ways in which a candidate can fail, as a TCP server sees them. */
const WAYS: Record<string, (socket: Socket) => void> = {
  'accepts and never answers': () => {},
  'resets at once': (socket) => socket.resetAndDestroy(),
  'answers something that is not HTTP': (socket) => void socket.once('data', () => socket.end('no\r\n\r\n')),
  'answers 500': (socket) =>
    void socket.on('data', () => socket.write('HTTP/1.1 500 Oh\r\ncontent-length: 2\r\n\r\nno')),
  'breaks off in the middle of its answer': (socket) =>
    void socket.once('data', () => socket.end(`${HEAD}content-length: 100\r\n\r\n{"half`)),
  'trickles a byte at a time': (socket) => {
    socket.once('data', () => {
      socket.write(`${HEAD}content-length: 1000000\r\n\r\n`);
      const timer = setInterval(() => socket.write('x'), 20);
      socket.once('close', () => clearInterval(timer));
    });
  },
  'floods without end': (socket) => {
    socket.once('data', () => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const pour = () => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', pour);
      pour();
    });
  },
  'sends a body that unpacks to far more': (socket) =>
    void socket.once('data', () => {
      socket.write(`${HEAD}content-encoding: gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`);
      socket.end(BOMB);
    }),
};

forEachForwarder('The candidate cannot hurt the control', () => {
  let legacy: TestUpstream;
  let facade: TestFacade;
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy', ({ url }) => ({ url, price: '2.00' })));
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
  });

  const shadowing = (service: string) =>
    startTestFacade(
      config({
        legacy: legacy.url,
        service,
        routes: route(
          'read',
          'path: /api/:id',
          'shadow',
          ', shadow: { timeout: 300ms, maxBody: 100000 }, compare: { maxLag: 0ms }',
        ),
      }),
    );

  for (const [way, serve] of Object.entries(WAYS)) {
    it(`gives legacy's bytes when the candidate ${way}`, async () => {
      const service = await startRawServer(serve);
      facade = await shadowing(service.url);
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const answer = await fetch(`${facade.url}/api/${index}`);
          return {
            index,
            status: answer.status,
            by: answer.headers.get('x-answered-by'),
            text: await answer.text(),
          };
        }),
      );
      for (const { index, status, by, text } of answers) {
        expect({ status, by, text }).to.deep.equal({
          status: 200,
          by: 'legacy',
          text: `{"url":"/api/${index}","price":"2.00"}`,
        });
      }
      const settled = await until(
        async () => {
          const { summary } = await facade.evidence('read');
          const seen = summary.mismatched + (summary.skipped['breaker-open'] ?? 0);
          return seen === 20 ? summary : undefined;
        },
        { what: 'all 20 answers to be counted against the candidate' },
      );
      expect(settled.outcomes['match-bytes']).to.equal(undefined);
      expect((await facade.route('read')).gate.verdict).to.not.equal('pass');
      await service.close();
    });
  }

  it("gives legacy's bytes when nobody listens where the candidate should be", async () => {
    facade = await shadowing(NOBODY);
    const answer = await fetch(`${facade.url}/api/1`);
    expect([answer.status, answer.headers.get('x-answered-by')]).to.deep.equal([200, 'legacy']);
    await until(async () => (await facade.evidence('read')).summary.outcomes['candidate-error'] === 1);
  });

  it('does not call the candidate for anything that could write', async () => {
    const service = await startUpstream(json('service'));
    facade = await startTestFacade(
      config({
        legacy: legacy.url,
        service: service.url,
        routes: route('write', 'methods: [POST, PUT, PATCH, DELETE, GET], path: /api/:id', 'shadow'),
      }),
    );
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      await (
        await fetch(`${facade.url}/api/1`, { method, body: method === 'DELETE' ? undefined : '{}' })
      ).text();
    }
    await (await fetch(`${facade.url}/api/1`)).text();
    await until(() => service.received.length > 0, { what: 'the GET to be shadowed' });
    expect(service.received.map(({ method }) => method)).to.deep.equal(['GET']);
    expect((await facade.evidence('write')).summary.skipped).to.deep.equal({ unsafe: 4 });
    await service.close();
  });

  it('counts every answer as compared or skipped, whatever became of its comparison', async () => {
    const service = await startRawServer(WAYS['resets at once']!);
    facade = await startTestFacade(
      config({
        legacy: legacy.url,
        service: service.url,
        routes: route('read', 'path: /api/:id', 'shadow', ', shadow: { sample: 0.8, concurrency: 2 }'),
      }),
    );
    let asked = 0;
    const askFive = () =>
      Promise.all(
        Array.from({ length: 5 }, async () => (await fetch(`${facade.url}/api/${asked++}`)).text()),
      );
    const summary = async () => (await facade.evidence('read')).summary;
    await until(
      async () => {
        await askFive();
        expect((await summary()).skipped).to.include.keys('breaker-open', 'sampled-out');
        return true;
      },
      { what: 'skips of two kinds' },
    );
    const total = (counts: object) => Object.values(counts).reduce((sum, count) => sum + count, 0);
    await until(
      async () => {
        const { outcomes, skipped, legacy: control } = await summary();
        return total(outcomes) + total(skipped) === asked && control.answered === asked;
      },
      { what: 'all answers to be counted once each' },
    );
    await service.close();
  });

  it('drops comparisons beyond the limit, and counts them', async () => {
    const service = await startRawServer(() => {});
    facade = await startTestFacade(
      config({
        legacy: legacy.url,
        service: service.url,
        routes: route('read', 'path: /api/:id', 'shadow', ', shadow: { timeout: 2s, concurrency: 2 }'),
      }),
    );
    for (let index = 0; index < 6; index += 1) await (await fetch(`${facade.url}/api/${index}`)).text();
    await until(async () => (await facade.evidence('read')).summary.skipped.busy === 4, {
      what: '4 dropped',
    });
    await service.close();
  });

  it('keeps no copy of an answer whose comparison would be dropped, so that its size is not known', async () => {
    const large = `20000\r\n${'x'.repeat(0x20000)}\r\n0\r\n\r\n`;
    const control = await startRawServer((socket) =>
      socket.on('data', (asked) => {
        const body = String(asked).includes('/api/large') ? large : '2\r\n{}\r\n0\r\n\r\n';
        socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n${body}`);
      }),
    );
    const service = await startRawServer(() => {});
    const limits = ', shadow: { timeout: 20s, concurrency: 1, maxBody: 100000 }';
    facade = await startTestFacade(
      config({
        legacy: control.url,
        service: service.url,
        routes: route('read', 'path: /api/:id', 'shadow', limits),
      }),
    );
    for (const id of ['large', 'small', 'large']) await (await fetch(`${facade.url}/api/${id}`)).text();
    const skipped = await until(
      async () => {
        const { summary } = await facade.evidence('read');
        return summary.legacy.answered === 3 ? summary.skipped : undefined;
      },
      { what: 'all 3 answers to be counted' },
    );
    expect(skipped).to.deep.equal({ 'too-large': 1, busy: 1 });
    await Promise.all([control, service].map((one) => one.close()));
  });
});
