import type { RequestListener, ServerResponse } from 'node:http';
import { expect } from 'chai';
import { NOBODY } from '../../support/nobody.ts';
import { until } from '../../support/wait.ts';
import { startDeafServer } from './rig/deaf.ts';
import { configWith, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder, forwarderInUse } from './rig/forwarders.ts';
import { startRawServer } from './rig/raw.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

type Raw = Awaited<ReturnType<typeof startRawServer>>;

forEachForwarder('Instances of an upstream', () => {
  let legacy: TestUpstream;
  let good: TestUpstream;
  let broken: Raw;
  let asked: number;
  let facade: TestFacade | undefined;
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    good = await startUpstream(json('good'));
    asked = 0;
    broken = await startRawServer((socket) => {
      socket.once('data', () => {
        asked += 1;
        socket.destroy();
      });
    });
  });
  afterEach(async () => {
    await facade?.close();
    facade = undefined;
    await Promise.all([legacy.close(), good.close(), broken.close()]);
  });

  /** `service` is YAML of its upstream. */
  const start = async (
    service: string,
    routes = route('r', 'path: /api/:id, methods: [GET, POST]', 'retired'),
  ) => {
    facade = await startTestFacade(configWith({ legacy: legacy.url, service, routes }));
    return facade;
  };
  const ask = async (init?: RequestInit, path = '/api/1') => {
    const answer = await fetch(facade!.url + path, init);
    const text = await answer.text();
    return { status: answer.status, by: answer.headers.get('x-answered-by'), text };
  };
  const metric = async (name: string) => {
    const found = new RegExp(`^strangler_upstream_${name}\\{[^}]*upstream="service"[^}]*\\} (\\d+)`, 'm');
    return Number(found.exec(await facade!.metrics())?.[1] ?? 0);
  };

  it('stand in for one another: a read that fails at one is answered by another, a write is not sent twice', async () => {
    await start(`urls: ["${broken.url}", "${good.url}"], ejection: { maxEjected: 0% }`);
    for (let left = 6; left > 0; left -= 1) expect((await ask()).by).to.equal('good');
    expect(asked, 'it was their turn').to.equal(3);
    expect(good.received.filter(({ headers }) => headers['x-retry-attempt'] === '1')).to.have.length(3);
    expect(await metric('retries_total')).to.equal(3);
    const writes = [];
    for (let left = 4; left > 0; left -= 1) writes.push(await ask({ method: 'POST', body: 'x' }));
    expect(writes.map(({ status }) => status).sort()).to.deep.equal([200, 200, 502, 502]);
    expect(asked).to.equal(5);
  });

  it('stand in for one to which no connection comes about in four seconds, whatever the request', async () => {
    const deaf = await startDeafServer();
    try {
      await start(`urls: ["${deaf.url}", "${good.url}"], timeout: 9s, ejection: { maxEjected: 0% }`);
      const asked = Array.from({ length: 4 }, () => ask({ method: 'POST', body: 'x' }));
      expect((await Promise.all(asked)).map(({ by }) => by)).to.deep.equal(Array(4).fill('good'));
      expect(await metric('retries_total')).to.be.at.least(1);
    } finally {
      await deaf.close();
    }
  });

  it('are not asked again for a request that says that it was sent before', async () => {
    await start(`urls: ["${broken.url}", "${good.url}"], ejection: { maxEjected: 0% }`);
    const headers = { 'x-retry-attempt': '1' };
    const answers = [await ask({ headers }), await ask({ headers })];
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 502]);
  });

  it('get at most a fifth more attempts than requests, and the floor, when all of them fail', async () => {
    const other = await startRawServer((socket) => {
      socket.once('data', () => {
        asked += 1;
        socket.destroy();
      });
    });
    await start(
      `urls: ["${broken.url}", "${other.url}"], ejection: { maxEjected: 0% }, breaker: { failures: 99, minimum: 1000 }`,
    );
    const requests = 100;
    for (let left = requests; left > 0; left -= 1) expect((await ask()).status).to.equal(502);
    expect(asked).to.be.within(requests + 3, requests * 1.2 + 4);
    expect(await metric('retries_refused_total')).to.be.greaterThan(0);
    await other.close();
  });

  it('that fail in a row get nothing for a while, while others are there', async () => {
    await start(`urls: ["${broken.url}", "${good.url}"], slowStart: 0s, ejection: { failures: 3 }`);
    for (let left = 30; left > 0; left -= 1) expect((await ask()).by).to.equal('good');
    expect(asked).to.equal(3);
    const { upstreams } = await facade!.status();
    const { instances } = upstreams.find(({ name }) => name === 'service')!;
    expect(instances.map(({ state }) => state.kind)).to.deep.equal(['ejected', 'healthy']);
    expect(await metric('ejections_total')).to.equal(1);
    expect(await metric('healthy_instances')).to.equal(1);
  });

  it('are ejected for answers of 503 too, which pass to the client as they are', async () => {
    const overloaded = await startUpstream((_request, response) => response.writeHead(503).end('later'));
    await start(`urls: ["${overloaded.url}", "${good.url}"], slowStart: 0s`);
    const answers = [];
    for (let left = 30; left > 0; left -= 1) answers.push(await ask());
    expect(answers.filter(({ status, text }) => status === 503 && text === 'later')).to.have.length(5);
    await overloaded.close();
  });

  it('are asked whether they are well, where that is configured', async () => {
    let well = true;
    const sick = await startUpstream((request, response) => {
      if (request.url === '/health') response.writeHead(well ? 200 : 500).end();
      else json('sick')(request, response);
    });
    good.answer(json('good'));
    await start(
      `urls: ["${sick.url}", "${good.url}"], slowStart: 0s, health: { path: /health, interval: 100ms, unhealthy: 1 }`,
    );
    const state = async () =>
      (await facade!.status()).upstreams[1]!.instances.map((one) => one.state.kind).join();
    await until(async () => (await state()) === 'healthy,healthy');
    well = false;
    await until(async () => (await state()) === 'unhealthy,healthy');
    for (let left = 6; left > 0; left -= 1) expect((await ask()).by).to.equal('good');
    well = true;
    await until(async () => (await state()) === 'healthy,healthy');
    const answered = new Set([(await ask()).by, (await ask()).by]);
    expect([...answered].sort()).to.deep.equal(['good', 'sick']);
    await sick.close();
  });

  it('have so many exchanges at a time; what finds no place is refused, and other upstreams do not feel it', async () => {
    const held: (() => void)[] = [];
    good.answer((_request, response) => void held.push(() => response.end('held')));
    await start(
      `url: "${good.url}", timeout: 9s, concurrency: 2, queue: 1, queueTimeout: 60s`,
      route('r', 'path: /api/:id', 'retired') + route('safe', 'path: /safe/:id', 'live'),
    );
    const [first, second] = [ask(), ask()];
    await until(() => held.length === 2);
    const third = ask();
    await until(async () => (await metric('queued')) === 1);
    expect((await ask()).status, 'no place').to.equal(503);
    expect((await ask({}, '/safe/1')).by, 'legacy stands in').to.equal('legacy');
    expect((await ask({}, '/other')).by, 'another upstream').to.equal('legacy');
    held[0]!();
    await until(() => held.length === 3);
    for (const end of held) end();
    expect((await Promise.all([first, second, third])).map(({ text }) => text)).to.deep.equal([
      'held',
      'held',
      'held',
    ]);
    expect(await metric('inflight')).to.equal(0);
  });

  it('give the place of a client that leaves the queue to the next', async () => {
    const held: (() => void)[] = [];
    good.answer((_request, response) => void held.push(() => response.end('held')));
    await start(`url: "${good.url}", timeout: 9s, concurrency: 1, queue: 2, queueTimeout: 60s`);
    const first = ask();
    await until(() => held.length === 1);
    const leaving = new AbortController();
    const second = ask({ signal: leaving.signal }).catch(() => 'left');
    await until(async () => (await metric('queued')) === 1);
    const third = ask();
    await until(async () => (await metric('queued')) === 2);
    leaving.abort();
    expect(await second).to.equal('left');
    await until(async () => (await metric('queued')) === 1);
    held[0]!();
    await until(() => held.length === 2);
    held[1]!();
    expect([(await first).text, (await third).text]).to.deep.equal(['held', 'held']);
  });

  it('keep the place of an exchange until its body has ended, been cut, or lost its client', async () => {
    const answers: ServerResponse[] = [];
    good.answer((_request, response) => {
      response.write('begin');
      answers.push(response);
    });
    await start(`url: "${good.url}", timeout: 9s, concurrency: 1, queue: 9, queueTimeout: 60s`);
    const leaving = new AbortController();
    const end = (init?: RequestInit) =>
      ask(init).then(
        ({ text }) => text,
        () => 'broken',
      );
    const began = (count: number) => until(() => answers.length === count);
    const taken = async () => [await metric('inflight'), await metric('queued')];
    const first = end({ signal: leaving.signal });
    await began(1);
    const others = [end(), end()];
    await until(async () => (await metric('queued')) === 2);
    leaving.abort();
    expect(await first).to.equal('broken');
    await began(2);
    expect(await taken()).to.deep.equal([1, 1]);
    answers[1]!.destroy();
    await began(3);
    expect(await taken()).to.deep.equal([1, 0]);
    answers[2]!.end();
    expect((await Promise.all(others)).sort()).to.deep.equal(['begin', 'broken']);
    await until(async () => (await metric('inflight')) === 0);
  });

  it('do not stand in for one whose answer has begun: the client sees that it broke off', async () => {
    const breaking = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    await start(`urls: ["${breaking.url}", "${good.url}"], ejection: { maxEjected: 0% }`);
    const ends = [];
    for (let left = 4; left > 0; left -= 1)
      ends.push(
        await ask().then(
          ({ by }) => by,
          () => 'cut',
        ),
      );
    expect(ends.sort()).to.deep.equal(['cut', 'cut', 'good', 'good']);
    expect([breaking.received.length, good.received.length]).to.deep.equal([2, 2]);
    expect(await metric('retries_total')).to.equal(0);
    await breaking.close();
  });

  it('are left after the deadline of the route, over all attempts together', async () => {
    good.answer(() => {});
    const rest = ', deadline: 80ms';
    await start(`url: "${good.url}", timeout: 9s`, route('r', 'path: /api/:id', 'live', rest));
    expect((await ask()).status).to.equal(504);
    expect(legacy.received, 'there is no time for legacy').to.have.length(0);
    await until(() => good.sockets.size === 0, { what: 'the attempt to be given up' });
  });

  it('are not blamed for a deadline that the upload or another instance used up, but for one that they did', async () => {
    const rest = ', deadline: 80ms';
    const whole: RequestListener = (request, response) =>
      void request.resume().once('end', () => response.end('whole'));
    good.answer(whole);
    const other = await startUpstream(whole);
    const methods = route('r', 'path: /api/:id, methods: [GET, POST]', 'retired', rest);
    await start(`urls: ["${good.url}", "${other.url}"], slowStart: 0s, ejection: { failures: 2 }`, methods);
    const states = async () =>
      (await facade!.status()).upstreams[1]!.instances.map(({ state }) => state.kind).join();
    for (let left = 8; left > 0; left -= 1) {
      const { body } = slowBody();
      const slow = { method: 'POST', body, duplex: 'half' } as RequestInit;
      expect((await ask(slow)).status).to.equal(504);
    }
    expect(await states()).to.equal('healthy,healthy');
    good.answer(() => {});
    await until(async () => (await ask()) && (await states()) === 'ejected,healthy');
    await other.close();
  });

  it('have so long for what no route names, where they are legacy and the config says how long', async () => {
    legacy.answer((request) => void request.resume());
    facade = await startTestFacade(`
facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", drain: 200ms, forwarder: ${forwarderInUse()} }
worker: { admin: "127.0.0.1:9" }
upstreams: { legacy: { url: "${legacy.url}", timeout: 100ms } }
legacy: legacy
routes: []`);
    expect((await ask({}, '/report')).status).to.equal(504);
    expect((await ask({ method: 'POST', body: 'x' }, '/report')).status).to.equal(504);
  });

  it('are cut off when nothing of an answer moves for the idle time of the route', async () => {
    good.answer((_request, response) => void response.write('begin'));
    await start(`url: "${good.url}"`, route('r', 'path: /api/:id', 'live', ', idle: 100ms'));
    const answer = await fetch(`${facade!.url}/api/1`);
    const cut = await answer.text().then(
      () => 'whole',
      () => 'cut',
    );
    expect(cut).to.equal('cut');
    const line = await until(() => facade!.log.find(({ message }) => message === 'request'));
    expect(line).to.include({ status: 200, failure: 'ANSWER_IDLE' });
  });

  it('have a breaker for each route: one that fails leaves the other alone', async () => {
    good.answer((request, response) => {
      if (request.url!.startsWith('/bad')) response.writeHead(503).end();
      else json('good')(request, response);
    });
    await start(
      `url: "${good.url}", breaker: { failures: 50, minimum: 5, window: 9s, reset: 9s }`,
      route('bad', 'path: /bad/:id', 'retired') + route('fine', 'path: /fine/:id', 'retired'),
    );
    for (let left = 8; left > 0; left -= 1) await ask({}, '/bad/1');
    const before = good.received.length;
    expect((await ask({}, '/bad/1')).status).to.equal(503);
    expect(good.received.length, 'its breaker is open').to.equal(before);
    expect((await ask({}, '/fine/1')).by).to.equal('good');
    const { breakers, breaker } = (await facade!.status()).upstreams.find(({ name }) => name === 'service')!;
    expect(breaker).to.equal('open');
    expect(breakers).to.deep.equal([{ route: 'bad', state: 'open' }]);
  });

  it('are asked once more over a fresh connection when the kept ones are stale, and that is counted', async () => {
    const held: (() => void)[] = [];
    let open = 0;
    let marked = 0;
    const stale = await startRawServer((socket) => {
      open += 1;
      socket.on('data', (data) => {
        if (/x-retry-attempt: 1/i.test(data.toString())) marked += 1;
        if (socket.bytesWritten > 0) socket.resetAndDestroy();
        else held.push(() => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
      });
    });
    await start(`url: "${stale.url}", retries: 0`);
    const three = [ask(), ask(), ask()];
    await until(() => held.length === 3);
    for (const answer of held.splice(0)) answer();
    await Promise.all(three);
    const fourth = ask();
    await until(() => held.length === 1);
    held[0]!();
    expect((await fourth).status).to.equal(200);
    expect(open, 'three that are kept, and a fresh one').to.equal(4);
    expect(marked).to.equal(1);
    expect(await metric('retries_total')).to.equal(1);
    expect(await facade!.metrics()).to.match(/retries_total\{[^}]*reason="stale"/);
    await stale.close();
  });

  describe('whose breaker watches', () => {
    const BREAKER = 'breaker: { failures: 50, minimum: 5, window: 900ms, reset: 900ms }';
    const breaker = async () =>
      (await facade!.status()).upstreams.find(({ name }) => name === 'service')!.breakers[0]?.state;
    const post = () => ask({ method: 'POST', body: 'x' });
    /** Fails until its breaker is open, then hangs. */
    const open = async (service = '') => {
      good.answer((_request, response) => response.writeHead(503).end());
      await start(`url: "${good.url}", timeout: 800ms, ${BREAKER}${service}`);
      for (let left = 6; left > 0; left -= 1) await ask();
      expect(await breaker()).to.equal('open');
    };

    it('count requests with a body too', async () => {
      good.answer((_request, response) => response.writeHead(503).end());
      await start(`url: "${good.url}", timeout: 800ms, ${BREAKER}`);
      for (let left = 8; left > 0; left -= 1) await post();
      expect(good.received.length).to.be.within(5, 6);
      expect(await breaker()).to.equal('open');
    });

    it('count those that find no connection', async () => {
      await start(`url: "${NOBODY}", timeout: 800ms, ${BREAKER}`);
      for (let left = 8; left > 0; left -= 1) await post();
      expect(await breaker()).to.equal('open');
    });

    it('are judged by what became of a request, not by each instance that it was sent to', async () => {
      const rest = `timeout: 800ms, slowStart: 0s, ejection: { maxEjected: 0% }, ${BREAKER}`;
      await start(`urls: ["${NOBODY}", "${good.url}"], ${rest}`);
      for (const init of [{}, { method: 'POST', body: 'x' }]) {
        const answers = await Promise.all(Array.from({ length: 40 }, () => ask(init)));
        expect([...new Set(answers.map(({ by }) => by))]).to.deep.equal(['good']);
      }
      expect(await metric('retries_total')).to.be.greaterThan(20);
      expect(await breaker()).to.equal(undefined);
    });

    it('get one request alone after an outage, with a body or without, and all again when it succeeds', async () => {
      await open();
      const held: (() => void)[] = [];
      good.answer((_request, response) => void held.push(() => response.end('held')));
      await until(async () => (await breaker()) === 'half-open');
      const before = good.received.length;
      const statuses: number[] = [];
      const asked = Array.from({ length: 20 }, async () => statuses.push((await post()).status));
      await until(() => held.length === 1 && statuses.length === 19);
      expect([...new Set(statuses)]).to.deep.equal([503]);
      held[0]!();
      await Promise.all(asked);
      expect(statuses.at(-1)).to.equal(200);
      expect(good.received.length - before).to.equal(1);
      expect(await breaker()).to.equal('closed');
    });

    it('stay under guard when a client leaves while one request is tried after an outage', async () => {
      await open();
      good.answer(() => {});
      await until(async () => (await breaker()) === 'half-open');
      const before = good.received.length;
      const leaving = new AbortController();
      const left = ask({ signal: leaving.signal }).catch(() => 'left');
      await until(() => good.received.length > before);
      leaving.abort();
      expect(await left).to.equal('left');
      await until(async () => (await breaker()) === 'open', { timeout: 600 });
    });

    it('are not excused by clients that leave', async () => {
      good.answer(() => {});
      await start(`url: "${good.url}", timeout: 100ms, ${BREAKER}`);
      await ask();
      for (let left = 8; left > 0; left -= 1) {
        const before = good.received.length;
        const leaving = new AbortController();
        const gone = ask({ signal: leaving.signal }).catch(() => 'left');
        await until(() => good.received.length > before, { interval: 1 });
        leaving.abort();
        await gone;
      }
      for (let left = 5; left > 0; left -= 1) expect((await ask()).status).to.equal(504);
      expect((await ask()).status).to.equal(503);
      expect(await breaker()).to.equal('open');
    });

    it('are not counted as failing while a body is on its way, however long that takes', async () => {
      await open();
      good.answer(async (request, response) => {
        await request.toArray();
        response.end('whole');
      });
      await until(async () => (await breaker()) === 'half-open');
      const before = good.received.length;
      const { body, end } = slowBody();
      const slow = ask({ method: 'POST', body, duplex: 'half' } as RequestInit);
      await until(() => good.received.length > before);
      // The time of one call is over: another may be tried, but the upload goes on.
      await until(async () => (await breaker()) === 'open');
      end();
      expect((await slow).text).to.equal('whole');
      expect(await breaker()).to.equal('closed');
    });
  });
});

/** A body of which the end is still to come. */
function slowBody(): { body: ReadableStream; end(): void } {
  let stream!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      stream = controller;
      controller.enqueue(new Uint8Array(5));
    },
  });
  return {
    body,
    end() {
      stream.enqueue(new Uint8Array(5));
      stream.close();
    },
  };
}
