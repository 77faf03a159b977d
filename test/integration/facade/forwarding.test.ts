import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { sendRaw, startRawServer } from './rig/raw.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const MEBIBYTE = Buffer.alloc(1 << 20, 'abcdefgh');
const SIXTY_FOUR = 64;

forEachForwarder('Forwarding', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });
  const start = async (stage: string, rest = '') => {
    const routes = route('r', 'methods: [GET, HEAD, POST], path: /api/*', stage, rest);
    facade = await startTestFacade(config({ legacy: legacy.url, service: service.url, routes }));
  };
  const by = async (path: string, init?: RequestInit) => {
    const answer = await fetch(facade.url + path, init);
    await answer.text();
    return answer.headers.get('x-answered-by') ?? String(answer.status);
  };

  it('sends what no route names to legacy, and each stage to its side', async () => {
    for (const [stage, side] of [
      ['legacy', 'legacy'],
      ['shadow', 'legacy'],
      ['live', 'service'],
      ['retired', 'service'],
    ] as const) {
      await start(stage);
      expect(await by('/api/1'), stage).to.equal(side);
      expect(await by('/other'), stage).to.equal('legacy');
      await facade.close();
    }
    await start('canary', ', percent: 50, key: [header x-user-id]');
    const sides = new Map<string, string>();
    for (let user = 0; user < 40; user += 1)
      sides.set(`u${user}`, await by('/api/1', { headers: { 'x-user-id': `u${user}` } }));
    expect([...sides.values()])
      .to.include('legacy')
      .and.include('service');
    for (const [user, side] of sides)
      expect(await by('/api/2', { headers: { 'x-user-id': user } })).to.equal(side);
    expect(await by('/api/1'), 'without a key').to.equal('legacy');
  });

  it('streams an event stream as it comes', async () => {
    let push: (text: string) => void = () => {};
    legacy.answer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      push = (text) => response.write(text);
    });
    await start('shadow');
    const answer = await fetch(`${facade.url}/api/events`);
    const reader = answer.body!.getReader();
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      push(text);
      const { value } = await reader.read();
      expect(Buffer.from(value!).toString()).to.equal(text);
    }
    await reader.cancel();
    expect(service.received).to.have.length(0);
  });

  it('carries 64 MiB each way without holding them', async () => {
    legacy.answer((incoming, response) => {
      const hash = createHash('sha256');
      incoming.on('data', (chunk: Buffer) => hash.update(chunk));
      incoming.on('end', () => response.end(hash.digest('hex')));
    });
    await start('shadow');
    const expected = createHash('sha256');
    for (let part = 0; part < SIXTY_FOUR; part += 1) expected.update(MEBIBYTE);
    const before = process.memoryUsage.rss();
    const digest = await new Promise<string>((resolve, reject) => {
      const upload = request(`${facade.url}/api/upload`, { method: 'POST' }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
      });
      upload.on('error', reject);
      let part = 0;
      const pour = () => {
        while (part < SIXTY_FOUR) {
          part += 1;
          if (!upload.write(MEBIBYTE)) return void upload.once('drain', pour);
        }
        upload.end();
      };
      pour();
    });
    expect(digest).to.equal(expected.digest('hex'));

    legacy.answer(async (_incoming, response) => {
      for (let part = 0; part < SIXTY_FOUR; part += 1) {
        if (!response.write(MEBIBYTE)) await new Promise((resolve) => response.once('drain', resolve));
      }
      response.end();
    });
    const answer = await fetch(`${facade.url}/api/download`);
    let size = 0;
    for await (const chunk of answer.body!) size += (chunk as Uint8Array).length;
    expect(size).to.equal(SIXTY_FOUR * MEBIBYTE.length);
    expect((process.memoryUsage.rss() - before) / MEBIBYTE.length).to.be.lessThan(250);
    const { summary } = await facade.evidence('r');
    expect(summary.skipped).to.deep.equal({ unsafe: 1, 'too-large': 1 });
  });

  it('cancels the upstream when the client leaves', async () => {
    let left = 0;
    legacy.answer((_request, response) => response.once('close', () => (left += 1)));
    await start('legacy');
    const leaving = new AbortController();
    const asked = fetch(`${facade.url}/api/slow`, { signal: leaving.signal }).catch(() => 'left');
    await until(() => legacy.received.length === 1);
    leaving.abort();
    expect(await asked).to.equal('left');
    await until(() => left === 1, { what: 'legacy to see the client leave' });
    await until(async () => (await facade.metrics()).includes('outcome="client-gone"'));
  });

  it('tells apart an upstream that is away, slow, or breaks off', async () => {
    const answers: Record<string, number> = {};
    await start('retired');
    const code = async (path: string) => {
      const answer = await fetch(facade.url + path);
      const body = (await answer.json()) as { code: string };
      answers[body.code] = answer.status;
      expect(answer.headers.get('content-type')).to.equal('application/problem+json');
      expect(JSON.stringify(body)).to.not.include('secret').and.not.include('127.0.0.1');
    };
    service.answer(() => {});
    await code('/api/1?token=secret');
    service.answer((incoming) => incoming.socket.resetAndDestroy());
    await code('/api/2?token=secret');
    expect(answers).to.deep.equal({ UPSTREAM_SLOW: 504, UPSTREAM_FAILED: 502 });

    service.answer((_incoming, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    const cut = await fetch(`${facade.url}/api/3`)
      .then((answer) => answer.text())
      .catch(() => 'cut');
    expect(cut).to.equal('cut');
  });

  it('lets legacy answer for a service that fails before its first byte, for reads only', async () => {
    await start('live');
    service.answer((incoming) => incoming.socket.resetAndDestroy());
    expect(await by('/api/1')).to.equal('legacy');
    expect(await by('/api/1', { method: 'HEAD' })).to.equal('legacy');
    expect(await by('/api/1', { method: 'POST', body: '{}' })).to.equal('502');
    expect(legacy.received.map(({ method }) => method)).to.deep.equal(['GET', 'HEAD']);
    service.answer((_incoming, response) => response.writeHead(500).end());
    expect(await by('/api/1'), 'an answer is an answer').to.equal('500');
  });

  it('keeps every read answered while the service is killed under load', async () => {
    await start('live');
    let stop = false;
    const seen = { legacy: 0, service: 0, other: [] as string[] };
    const load = Array.from({ length: 16 }, async () => {
      while (!stop) {
        const side = await by('/api/1').catch((error) => String(error));
        if (side === 'legacy' || side === 'service') seen[side] += 1;
        else seen.other.push(side);
      }
    });
    await until(() => seen.service > 100);
    await service.close();
    await until(() => seen.legacy > 300);
    stop = true;
    await Promise.all(load);
    expect(seen.other).to.deep.equal([]);
    await until(async () => (await facade.metrics()).includes('strangler_facade_fallbacks_total{'));
  });

  it('repeats a read whose idle connection the upstream had closed', async () => {
    let connections = 0;
    const closing = await startRawServer((socket) => {
      connections += 1;
      let asked = 0;
      socket.on('data', () => {
        asked += 1;
        if (asked > 1) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nX-Answered-By: legacy\r\nContent-Length: 0\r\n\r\n');
      });
    });
    facade = await startTestFacade(config({ legacy: closing.url, service: service.url }));
    for (let index = 0; index < 4; index += 1) expect(await by(`/x/${index}`)).to.equal('legacy');
    expect(connections).to.equal(4);
    await closing.close();
  });

  it('answers HTTP/1.0 and pipelined requests in order', async () => {
    legacy.answer((incoming, response) => response.end(incoming.url));
    await start('legacy');
    const old = await sendRaw(facade.url, 'GET /old HTTP/1.0\r\nHost: h\r\n\r\n');
    expect(old)
      .to.match(/^HTTP\/1\.1 200 OK\r\n/)
      .and.to.match(/\r\n\r\n\/old$/);
    const many = await sendRaw(
      facade.url,
      'GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    );
    expect(many.indexOf('\r\n\r\n/1')).to.be.lessThan(many.indexOf('\r\n\r\n/2')).and.greaterThan(0);
  });
});
