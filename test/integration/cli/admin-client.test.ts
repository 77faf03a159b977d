import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { describeError, KitError } from '../../../chassis/errors.ts';
import { reachableUrl } from '../../../chassis/http/reachable-url.ts';
import { createTransport, type Transport } from '../../../chassis/http/transport.ts';
import { type AdminClient, createAdminClient } from '../../../cli/admin-client.ts';
import { facadeErrors } from '../../../facade/errors.ts';

describe('the client of the admin APIs', () => {
  let server: Server;
  let transport: Transport;
  let url: string;
  let listener: RequestListener;
  const asked: { method?: string; url?: string; token?: string; type?: string; body: string }[] = [];

  before(async () => {
    transport = createTransport();
    server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      const { method, url: path, headers } = request;
      asked.push({ method, url: path, token: headers.authorization, type: headers['content-type'], body });
      listener(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => void asked.splice(0));
  after(async () => {
    await transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const answers = (status: number, text: string) => {
    listener = (_request, response) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  };
  const client = (at = url, token: string | undefined = 'secret'): AdminClient =>
    createAdminClient({ what: 'facade', url: at, token, transport });
  const refusal = async (call: Promise<unknown>): Promise<KitError> => {
    const error = await call.then(
      () => undefined,
      (caught: unknown) => caught,
    );
    if (error instanceof KitError) return error;
    throw error ?? new Error('expected a refusal');
  };

  it('gives the answer, and sends its token with reads too', async () => {
    answers(200, '{"routes":[]}');
    expect(await client().get('/api/routes')).to.deep.equal({ routes: [] });
    await client().put('/api/routes/a/stage', { stage: 'shadow' });
    await client().post('/api/data/catalog/copy');
    const json = 'application/json';
    expect(asked).to.deep.equal([
      { method: 'GET', url: '/api/routes', token: 'Bearer secret', type: undefined, body: '' },
      {
        method: 'PUT',
        url: '/api/routes/a/stage',
        token: 'Bearer secret',
        type: json,
        body: '{"stage":"shadow"}',
      },
      { method: 'POST', url: '/api/data/catalog/copy', token: 'Bearer secret', type: json, body: '{}' },
    ]);
  });

  it('sends no token when it has none', async () => {
    answers(200, '{}');
    await createAdminClient({ what: 'worker', url, token: undefined, transport }).post('/api/x');
    expect(asked[0]!.token).to.equal(undefined);
  });

  it('says that nothing answers, where, and what to do', async () => {
    const error = await refusal(client('http://127.0.0.1:1').get('/api/routes'));
    expect(error).to.include({ code: 'ADMIN_UNREACHABLE', exit: 4 });
    expect(error.message).to.contain('facade').and.contain('http://127.0.0.1:1').and.contain('ECONNREFUSED');
    expect(error.remedy).to.contain('strangler facade');
  });

  it('calls a connection that ends within the answer unreachable', async () => {
    listener = (request, response) => {
      response
        .writeHead(200, { 'content-length': '100' })
        .write('{"a":', () => request.socket.resetAndDestroy());
    };
    expect(await refusal(client().get('/api/routes'))).to.include({ code: 'ADMIN_UNREACHABLE', exit: 4 });
  });

  for (const code of ['GATE_NOT_PASSED', 'STAGE_STEP_ILLEGAL', 'TOGGLE_STORE_AWAY', 'ROUTE_UNKNOWN'] as const)
    it(`raises ${code} as the API raised it, exit code and all`, async () => {
      const original = facadeErrors.error(code, { found: 'x', expected: 'y' });
      const { status, ...body } = describeError(original);
      answers(status, JSON.stringify(body));
      const { message, remedy, exit } = original;
      expect(await refusal(client().post('/api/x'))).to.include({ code, message, remedy, exit, status });
    });

  for (const [status, text] of [
    [200, '<html>a shop</html>'],
    [200, ''],
    [200, 'null'],
    [302, ''],
    [404, 'Cannot GET /api/routes'],
  ] as const)
    it(`tells another program on that port by its answer: ${status} ${text}`, async () => {
      answers(status, text);
      const error = await refusal(client().get('/api/routes'));
      expect(error).to.include({ code: 'ADMIN_ANSWER_STRANGE', exit: 4 });
      expect(error.message).to.contain(url).and.contain(`status ${status}`);
    });
});

describe('the URL of an admin address', () => {
  it('is the address itself, an IPv6 one in brackets', () => {
    expect(reachableUrl({ host: '10.0.0.7', port: 81 })).to.equal('http://10.0.0.7:81');
    expect(reachableUrl({ host: '::1', port: 81 })).to.equal('http://[::1]:81');
    expect(reachableUrl({ host: 'facade', port: 81 })).to.equal('http://facade:81');
  });

  it('is on loopback when the process listens on every interface', () => {
    expect(reachableUrl({ host: '0.0.0.0', port: 81 })).to.equal('http://127.0.0.1:81');
    expect(reachableUrl({ host: '::', port: 81 })).to.equal('http://127.0.0.1:81');
  });
});
