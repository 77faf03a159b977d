import { createServer, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { z } from 'zod';
import {
  createLegacyGateway,
  defineOperation,
  HOPS_HEADER,
  LegacyRefusal,
  withHops,
} from '../../../acl/index.ts';
import {
  createHttpClient,
  createTransport,
  type HttpClient,
  KitError,
  type Listening,
  listen,
  type Transport,
  withRequestId,
} from '../../../chassis/index.ts';
import { until } from '../../support/wait.ts';

interface Answer {
  status?: number;
  type?: string;
  text: string;
}

const operations = {
  price: defineOperation({
    method: 'GET',
    path: (id: string) => `/price/${encodeURIComponent(id)}`,
    answer: z.object({ prc: z.number().int() }).transform(({ prc }) => ({ cents: prc })),
  }),
  setPrice: defineOperation({
    method: 'PUT',
    path: ({ id }: { id: string; cents: number }) => `/price/${id}`,
    body: ({ cents }) => ({ prc: cents }),
    answer: z.object({ ok: z.literal('Y') }),
  }),
};

const refusal = ({ body }: { body: unknown }) => {
  const parsed = z.object({ error: z.object({ code: z.string(), msg: z.string() }) }).safeParse(body);
  return parsed.success ? { code: parsed.data.error.code, message: parsed.data.error.msg } : undefined;
};

describe('the legacy gateway', () => {
  let answer: Answer;
  let seen: { request: IncomingMessage; body: string }[];
  let listening: Listening;
  let transport: Transport;
  let client: HttpClient;

  beforeEach(async () => {
    seen = [];
    answer = { text: '{"prc":1234}' };
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      seen.push({ request, body });
      const { status = 200, type = 'application/json; charset=utf-8', text } = answer;
      response.writeHead(status, { 'content-type': type }).end(text);
    });
    listening = await listen(server, { host: '127.0.0.1', port: 0 });
    transport = createTransport();
    client = createHttpClient({
      name: 'legacy',
      origins: () => [listening.url],
      transport,
      retries: 0,
      attemptTimeout: 900,
      breaker: { minimum: 5, window: 1_000, reset: 1_000 },
    });
  });
  afterEach(async () => {
    client.close();
    await transport.close();
    await listening.close(500);
  });

  const gateway = () => createLegacyGateway({ client, operations, refusal });
  const failure = async (call: Promise<unknown>): Promise<KitError> => {
    const error = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(KitError);
    return error as KitError;
  };

  it('gives the answer in the service’s words', async () => {
    expect(await gateway().price('a/b ü')).to.deep.equal({ cents: 1234 });
    expect(seen[0]!.request.url).to.equal('/price/a%2Fb%20%C3%BC');
  });

  it('sends a body as JSON', async () => {
    answer = { text: '{"ok":"Y"}' };
    await gateway().setPrice({ id: '7', cents: 5 });
    expect(seen[0]).to.include({ body: '{"prc":5}' });
    expect(seen[0]!.request.headers['content-type']).to.equal('application/json');
  });

  it('passes the request id on, and one hop more', async () => {
    await withRequestId('req-1', () => withHops('1', () => gateway().price('1')));
    await gateway().price('1');
    expect(seen[0]!.request.headers).to.include({ 'x-request-id': 'req-1', [HOPS_HEADER]: '2' });
    expect(seen[1]!.request.headers[HOPS_HEADER]).to.equal('1');
  });

  it('does not go round for ever', async () => {
    const error = await withHops('3', () => failure(gateway().price('1')));
    expect(error.code).to.equal('LEGACY_LOOP');
    expect(seen).to.deep.equal([]);
  });

  it('makes an error page with status 200 a typed error', async () => {
    answer = { text: '{"error":{"code":"PRD_404","msg":"Product not found"}}' };
    const error = await failure(gateway().price('1'));
    expect(error).to.be.instanceOf(LegacyRefusal);
    expect(error).to.include({ code: 'LEGACY_REFUSED' });
    expect((error as LegacyRefusal).legacyCode).to.equal('PRD_404');
  });

  const wrong: [string, Answer, string][] = [
    ['an HTML page with status 200', { type: 'text/html', text: '<h1>Fehler</h1>' }, 'LEGACY_NOT_JSON'],
    ['JSON that breaks off', { text: '{"prc":' }, 'LEGACY_NOT_JSON'],
    ['an HTML page with status 500', { status: 500, type: 'text/html', text: '<h1>' }, 'LEGACY_STATUS'],
    ['a body of another shape', { text: '{"prc":"12.34"}' }, 'LEGACY_UNEXPECTED'],
  ];
  for (const [what, given, code] of wrong) {
    it(`makes ${what} a ${code}`, async () => {
      answer = given;
      const error = await failure(gateway().price('1'));
      expect(error.code).to.equal(code);
      expect(error.message).to.contain('price');
    });
  }

  it('stops calling a failing legacy, and starts again when it has recovered', async () => {
    answer = { status: 503, text: '{}' };
    const codes: string[] = [];
    await until(async () => {
      codes.push((await failure(gateway().price('1'))).code);
      return codes.at(-1) === 'BREAKER_OPEN';
    });
    expect(codes[0]).to.equal('UPSTREAM_UNREACHABLE');
    const calls = seen.length;
    await failure(gateway().price('1'));
    expect(seen.length, 'calls while open').to.equal(calls);
    answer = { text: '{"prc":1}' };
    const recovered = await until(() => gateway().price('1'), { what: 'the breaker to close' });
    expect(recovered).to.deep.equal({ cents: 1 });
    expect(client.breaker.state).to.equal('closed');
  });

  it('a refusal does not speak against legacy', async () => {
    answer = { text: '{"error":{"code":"PRD_404","msg":"no"}}' };
    for (let i = 0; i < 20; i++) await failure(gateway().price('1'));
    expect(client.breaker.state).to.equal('closed');
  });
});
