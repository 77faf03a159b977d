import { expect } from 'chai';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../../chassis/http/client.ts';
import { createTransport, type Transport } from '../../../chassis/http/transport.ts';
import { withRequestId } from '../../../chassis/request-id.ts';
import { until } from '../../support/wait.ts';
import { type HostileServer, hang, ok, reset, startHostileServer, status } from './hostile-server.ts';

describe('HTTP client', () => {
  let server: HostileServer;
  let transport: Transport;
  const clients: HttpClient[] = [];

  const clientOf = (options: Partial<HttpClientOptions> = {}) => {
    const client = createHttpClient({
      name: 'catalog',
      origins: () => [server.url],
      transport,
      deadline: 2_000,
      attemptTimeout: 300,
      random: () => 0,
      ...options,
    });
    clients.push(client);
    return client;
  };
  const get = (client: HttpClient, path = '/a') => client.request({ method: 'GET', path });
  const errorOf = (promise: Promise<unknown>) =>
    promise.then(
      (value) => expect.fail(`it answered ${JSON.stringify(value)}`),
      (error) => error,
    );

  beforeEach(async () => {
    server = await startHostileServer();
    transport = createTransport();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await transport.close();
    await server.close();
  });

  it('gives status, headers and body, whatever the status', async () => {
    server.answerWith((_request, response) =>
      response.writeHead(404, { 'content-type': 'text/plain', 'x-a': ['1', '2'] }).end('none'),
    );
    const answer = await get(clientOf(), '/a?b=c');
    expect([answer.status, answer.body.toString(), answer.headers['x-a']]).to.deep.equal([
      404,
      'none',
      ['1', '2'],
    ]);
    expect(server.seen).to.deep.equal(['GET /a?b=c']);
  });

  it('hands the request id on', async () => {
    await withRequestId('r-1', () => get(clientOf()));
    expect(server.requests[0]?.headers['x-request-id']).to.equal('r-1');
  });

  it('takes instances in turn', async () => {
    const second = await startHostileServer();
    try {
      const client = clientOf({ origins: () => [server.url, second.url] });
      for (let call = 0; call < 6; call += 1) await get(client);
      expect([server.seen.length, second.seen.length]).to.deep.equal([3, 3]);
    } finally {
      await second.close();
    }
  });

  for (const [title, hostile] of [
    ['cuts the connection', reset],
    ['answers 503', status(503)],
    ['hangs', hang],
  ] as const) {
    it(`tries again when the upstream ${title}, and gives the answer`, async () => {
      server.answerWith((request, response, attempt) =>
        (attempt < 3 ? hostile : ok)(request, response, attempt),
      );
      expect((await get(clientOf({ attemptTimeout: 50 }))).body.toString()).to.equal('ok');
      expect(server.seen).to.have.length(3);
    });
  }

  it('says which upstream cannot be reached, and why, after its last attempt', async () => {
    server.answerWith(status(503));
    const error = await errorOf(get(clientOf({ retries: 1 })));
    expect(error).to.include({
      code: 'UPSTREAM_UNREACHABLE',
      message: 'catalog cannot be reached (status 503).',
    });
    expect(server.seen).to.have.length(2);
    server.answerWith(reset);
    expect(await errorOf(get(clientOf({ retries: 0 })))).to.have.property('code', 'UPSTREAM_UNREACHABLE');
    const nobody = await errorOf(get(clientOf({ origins: () => [] })));
    expect(nobody.message).to.equal('catalog cannot be reached (no instance is known).');
  });

  it('does not try again what may have had an effect, nor what has a body', async () => {
    server.answerWith(reset);
    const client = clientOf();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      await errorOf(client.request({ method, path: '/a' }));
    }
    await errorOf(client.request({ method: 'GET', path: '/a', body: 'x' }));
    expect(server.seen).to.deep.equal(['POST /a', 'PUT /a', 'PATCH /a', 'DELETE /a', 'GET /a']);
  });

  it('does not try again what was answered, an error of the service included', async () => {
    for (const code of [400, 404, 409, 429, 500, 501]) {
      server.answerWith(status(code));
      expect((await get(clientOf())).status).to.equal(code);
    }
    expect(server.seen).to.have.length(6);
  });

  it('keeps one deadline over all attempts', async () => {
    server.answerWith(hang);
    const error = await errorOf(get(clientOf({ deadline: 250, attemptTimeout: 100, retries: 50 })));
    expect(error).to.include({ code: 'UPSTREAM_TIMEOUT', status: 504 });
    expect(error.message).to.equal('catalog gave no answer within the deadline of 250 ms.');
    expect(server.seen.length).to.be.within(2, 4);
  });

  it('keeps the deadline while waiting for a place', async () => {
    server.answerWith(hang);
    const client = clientOf({ concurrency: 1, deadline: 200, attemptTimeout: 190, retries: 0 });
    const first = errorOf(get(client));
    const second = await errorOf(get(client));
    await first;
    expect(['UPSTREAM_TIMEOUT', 'BREAKER_TIMEOUT']).to.include(second.code);
  });

  it('tells an attempt that took too long apart from the whole', async () => {
    server.answerWith(hang);
    const error = await errorOf(get(clientOf({ attemptTimeout: 50, retries: 0 })));
    expect(error).to.include({ code: 'BREAKER_TIMEOUT', message: 'catalog did not answer within 50 ms.' });
  });

  it('bounds the time of a body that trickles', async () => {
    server.answerWith((_request, response) => {
      const drip = setInterval(() => response.write('x'), 10);
      response.once('close', () => clearInterval(drip));
    });
    const error = await errorOf(get(clientOf({ attemptTimeout: 100, retries: 0 })));
    expect(error.code).to.equal('BREAKER_TIMEOUT');
    await until(() => server.requests[0]?.socket.destroyed, { what: 'the connection to be cut' });
  });

  it('refuses a body beyond the limit, reads no further, and does not ask again', async () => {
    server.answerWith((_request, response) => void response.end(Buffer.alloc(100_000)));
    const client = clientOf();
    const error = await errorOf(client.request({ method: 'GET', path: '/a', maxBody: 99_999 }));
    expect(error).to.include({
      code: 'UPSTREAM_TOO_LARGE',
      message: 'catalog answered with more than 99999 bytes.',
    });
    expect((await client.request({ method: 'GET', path: '/a', maxBody: 100_000 })).body).to.have.length(
      100_000,
    );
    expect(server.seen).to.have.length(2);
  });

  it('stops at once when the caller gives up, with the caller’s reason, and tries no more', async () => {
    server.answerWith(hang);
    const controller = new AbortController();
    const call = errorOf(clientOf().request({ method: 'GET', path: '/a', signal: controller.signal }));
    await until(() => server.seen.length === 1);
    const reason = new Error('the client left');
    controller.abort(reason);
    expect(await call).to.equal(reason);
    await until(() => server.requests[0]?.socket.destroyed, { what: 'the connection to be cut' });
    expect(server.seen).to.have.length(1);
  });

  it('does not call at all for a caller who has given up', async () => {
    const error = await errorOf(
      clientOf().request({ method: 'GET', path: '/a', signal: AbortSignal.abort() }),
    );
    expect([error.name, server.seen.length]).to.deep.equal(['AbortError', 0]);
  });

  it('does not hold callers who give up against the upstream', async () => {
    server.answerWith(hang);
    const client = clientOf({ breaker: { minimum: 5 } });
    for (let call = 0; call < 12; call += 1) {
      const signal = AbortSignal.timeout(5);
      await errorOf(client.request({ method: 'GET', path: '/a', signal }));
    }
    expect(client.breaker.state).to.equal('closed');
  });

  it('stays on its guard when a caller leaves while one call is tried after an outage', async () => {
    server.answerWith(status(503));
    const client = clientOf({
      retries: 0,
      attemptTimeout: 50,
      breaker: { minimum: 5, window: 60, reset: 60 },
    });
    for (let call = 0; call < 5; call += 1) await errorOf(get(client));
    server.answerWith(hang);
    await until(() => client.breaker.state === 'half-open');
    await errorOf(client.request({ method: 'GET', path: '/a', signal: AbortSignal.timeout(5) }));
    expect(client.breaker.state).to.equal('open');
  });

  it('does not hold an answer that is too large against the upstream', async () => {
    server.answerWith((_request, response) => void response.end('large'));
    const client = clientOf({ breaker: { minimum: 5 } });
    for (let call = 0; call < 12; call += 1)
      await errorOf(client.request({ method: 'GET', path: '/a', maxBody: 1 }));
    expect(client.breaker.state).to.equal('closed');
  });

  it('opens its breaker on an upstream that fails, and then calls it no more', async () => {
    server.answerWith(status(503));
    const client = clientOf({ retries: 0, breaker: { minimum: 5 } });
    for (let call = 0; call < 5; call += 1) await errorOf(get(client));
    expect(client.breaker.state).to.equal('open');
    const error = await errorOf(get(client));
    expect([error.code, server.seen.length]).to.deep.equal(['BREAKER_OPEN', 5]);
  });

  it('does not bury a failing upstream: attempts stay within the calls and the budget', async () => {
    server.answerWith(reset);
    const client = clientOf({ retries: 5, breaker: { minimum: 100_000 } });
    const calls = 100;
    for (let call = 0; call < calls; call += 1) await errorOf(get(client));
    expect(server.seen.length)
      .to.be.at.least(calls)
      .and.at.most(calls * 1.2 + 3);
  });

  it('has no more calls under way than it may, and refuses beyond its queue', async () => {
    server.answerWith((_request, response) => setTimeout(() => response.end('ok'), 30));
    const client = clientOf({ concurrency: 3, queue: 5, retries: 0 });
    const codes = await Promise.all(
      Array.from({ length: 12 }, () =>
        get(client).then(
          (answer) => answer.status,
          (error) => error.code,
        ),
      ),
    );
    expect(codes.filter((code) => code === 200)).to.have.length(8);
    expect(codes.filter((code) => code === 'UPSTREAM_BUSY')).to.have.length(4);
    expect(server.most()).to.be.at.most(3);
  });

  it('keeps the bulkhead full only as long as the upstream is really busy', async () => {
    server.answerWith(hang);
    const client = clientOf({ concurrency: 2, attemptTimeout: 40, retries: 0 });
    await Promise.all(Array.from({ length: 6 }, () => errorOf(get(client))));
    expect(server.most(), 'exchanges at once at the upstream').to.be.at.most(3);
    server.answerWith(ok);
    expect((await get(client)).status).to.equal(200);
  });
});
