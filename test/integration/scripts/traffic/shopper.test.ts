import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Action } from '../../../../scripts/traffic/mix.ts';
import { createShopper } from '../../../../scripts/traffic/shopper.ts';

const READ: Action = { kind: 'read-product', id: '9007199254740993' };
const ADD: Action = { kind: 'add-product', sku: 'NEW-1', name: 'Lampe 1', cents: 1_205 };

describe('a shopper', () => {
  let server: Server;
  let target: string;
  let listener: RequestListener;
  const asked: { method?: string; url?: string; user?: string; type?: string; body: string }[] = [];

  before(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      const { method, url, headers } = request;
      asked.push({ method, url, user: String(headers['x-user-id']), type: headers['content-type'], body });
      listener(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => void asked.splice(0));
  after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  const answers = (status: number, text: string) => {
    listener = (_request, response) => void response.writeHead(status).end(text);
  };
  const perform = (action: Action, timeout?: number) =>
    createShopper('shopper-1', target, { timeout }).perform(action);
  const failureOf = async (action: Action, timeout?: number) => {
    const outcome = await perform(action, timeout);
    return outcome.ok ? 'none' : outcome.failure;
  };

  it('gives the parsed answer of a read', async () => {
    answers(200, '{"price":"12.05"}');
    expect(await perform(READ)).to.deep.equal({ ok: true, status: 200, body: { price: '12.05' } });
    expect(asked).to.deep.equal([
      { method: 'GET', url: '/api/products/9007199254740993', user: 'shopper-1', type: undefined, body: '' },
    ]);
  });

  it('sends each action as the shop expects it', async () => {
    answers(200, '{}');
    const actions: Action[] = [
      { kind: 'list-products', page: 2, sort: 'price' },
      { kind: 'list-products', page: 1, sort: '' },
      { kind: 'search', q: 'über & mehr' },
      { kind: 'read-categories' },
      { kind: 'read-countries' },
      { kind: 'change-price', id: '5', cents: 1_205 },
      { kind: 'delete-product', id: '5' },
      ADD,
    ];
    for (const action of actions) await perform(action);
    expect(asked.map(({ method, url, body }) => `${method} ${url} ${body}`.trim())).to.deep.equal([
      'GET /api/products?page=2&per_page=10&sort=price',
      'GET /api/products?page=1&per_page=10',
      'GET /api/search?q=%C3%BCber%20%26%20mehr',
      'GET /api/categories',
      'GET /api/ref/countries',
      'PUT /api/products/5/price {"prc":1205}',
      'DELETE /api/products/5',
      'POST /api/products {"sku":"NEW-1","name":"Lampe 1","price":"12.05","categoryIds":[1]}',
    ]);
    expect(asked[5]!.type).to.equal('application/json');
  });

  it('takes 201 alone as the answer to a new product', async () => {
    answers(201, '{"ID":"7"}');
    expect(await perform(ADD)).to.include({ ok: true, status: 201 });
    answers(200, '{"ID":"7"}');
    expect(await failureOf(ADD)).to.contain('status 200, expected 201');
  });

  describe('counts as failed', () => {
    it('a wrong status', async () => {
      answers(503, 'down');
      expect(await failureOf(READ)).to.equal('status 503, expected 200: down');
    });

    it('a body that is not JSON', async () => {
      answers(200, '<html>oops</html>');
      expect(await failureOf(READ)).to.contain('not JSON, or no object: <html>oops');
    });

    it('a body that is JSON, but no object', async () => {
      for (const text of ['null', '7', '"gone"']) {
        answers(200, text);
        expect(await failureOf(READ), text).to.contain(text);
      }
    });

    it('a reset before the answer', async () => {
      listener = (request) => void request.socket.resetAndDestroy();
      expect(await failureOf(READ)).to.match(
        /^GET \/api\/products\/9007199254740993: .*(ECONNRESET|other side)/,
      );
    });

    it('a reset within the body', async () => {
      listener = (request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"price":');
        response.write(' ', () => request.socket.resetAndDestroy());
      };
      expect(await failureOf(READ)).to.contain('GET /api/products/');
    });

    it('no answer in time', async () => {
      listener = () => {};
      expect(await failureOf(READ, 100)).to.contain('timeout');
    });

    it('a body that does not end in time', async () => {
      listener = (_request, response) => void response.writeHead(200).write('{');
      expect(await failureOf(READ, 100)).to.contain('timeout');
    });

    it('a refused connection', async () => {
      const outcome = await createShopper('s', 'http://127.0.0.1:1').perform(READ);
      expect(outcome.ok).to.equal(false);
    });
  });
});
