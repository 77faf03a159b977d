import { get, type IncomingMessage, request } from 'node:http';
import { expect } from 'chai';
import WebSocket from 'ws';
import { until } from '../../support/wait.ts';
import { type RunningShop, startShop } from './running-shop.ts';

describe('legacy monolith: export, order feed and stock ticker', () => {
  let shop: RunningShop;
  let login: { cookie: string };
  let product: string;
  before(async () => {
    shop = await startShop({ scale: 0.1, heartbeatMs: 50 });
    login = await shop.logIn(1);
    const [row] = await shop.sql(
      "SELECT prd_id FROM tbl_prod WHERE prd_del = 'N' AND prd_act = 'Y' AND prd_sts = 'A' LIMIT 1",
    );
    product = String(row!.prd_id);
    await shop.sql(`REPLACE INTO tbl_inv (prd_id, wh_cd, qty) VALUES (${product}, 'H1', 100)`);
  });
  after(() => shop.stop());

  const order = () =>
    shop.send('POST', '/api/orders', { items: [{ id: product, qty: 1 }], shipping: 'DHL' }, login);

  function openStream(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => get(shop.url + path, resolve).on('error', reject));
  }

  describe('orders.csv', () => {
    it('has one line an order line, semicolons, decimal commas and quoted texts', async () => {
      const [count] = await shop.sql('SELECT COUNT(*) n FROM tbl_ord_ln');
      const { text, headers } = await shop.get('/export/orders.csv');
      expect(headers.get('content-type')).to.equal('text/csv; charset=utf-8');
      expect(headers.get('transfer-encoding')).to.equal('chunked');
      const lines = text.split('\r\n');
      expect(lines.length - 2).to.equal(Number(count!.n));
      expect(lines[0]).to.match(/^Bestellung;Kunde;Datum/);
      expect(lines[1]).to.match(/^B2019-0000001;\d+;2019\d{4};\d+;[NPSCR];1;9007\d+;.*;\d+,\d\d;\d+,\d\d;/);
      expect(text).to.include('"Bitte klingeln ☎ ""hinten""; danke"');
    });

    it('exports a range of days', async () => {
      const { text } = await shop.get('/export/orders.csv?from=20200101&to=20201231');
      const days = text
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(';')[2]!);
      expect(days.length).to.be.greaterThan(100);
      expect(days.every((day) => day.startsWith('2020'))).to.equal(true);
    });

    it('goes on working after clients that hang up in the middle', async () => {
      for (let i = 0; i < 8; i++) {
        const res = await openStream('/export/orders.csv');
        await new Promise((resolve) => res.once('data', resolve));
        res.destroy();
      }
      await until(async () => (await shop.get('/health')).text === 'OK', { what: 'a free connection' });
      const { text } = await shop.get('/export/orders.csv?to=20191231');
      expect(text.endsWith('\r\n')).to.equal(true);
    });
  });

  describe('the order feed', () => {
    it('tells every order placed from now on, and shows signs of life', async () => {
      const res = await openStream('/events/orders');
      expect(res.headers['content-type']).to.equal('text/event-stream; charset=utf-8');
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      await until(() => text.includes(': connected'), { what: 'the feed to open' });
      const { json: placed } = await order();
      await until(() => text.includes(placed.OrderNo), { what: 'the order in the feed' });
      expect(text).to.match(
        /id: \d+\nevent: order\ndata: \{"order":"B\d+-\d+","status":"N","total":"[\d.]+"\}\n\n/,
      );
      expect(text.match(/event: order/g)).to.have.length(1);
      await until(() => text.includes(': heartbeat'), { what: 'a heartbeat' });
      res.destroy();
    });

    it('reaches every instance on the database, events of others included', async () => {
      const res = await openStream('/events/orders');
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      await until(() => text.includes(': connected'), { what: 'the feed to open' });
      // Ids are given before the commit, so the smaller one may be seen last.
      await shop.sql(
        `INSERT INTO tbl_evt (evt_id, evt_typ, evt_txt) VALUES (500, 'O', '{"order":"second"}')`,
      );
      await until(() => text.includes('second'), { what: 'the greater id' });
      await shop.sql(`INSERT INTO tbl_evt (evt_id, evt_typ, evt_txt) VALUES (499, 'O', '{"order":"first"}')`);
      await until(() => text.includes('first'), { what: 'the smaller id' });
      res.destroy();
    });
  });

  describe('the stock ticker', () => {
    function connect() {
      const ws = new WebSocket(`${shop.url.replace('http', 'ws')}/ws/stock`);
      const messages: Record<string, unknown>[] = [];
      let pings = 0;
      ws.on('message', (data) => messages.push(JSON.parse(String(data)) as Record<string, unknown>));
      ws.on('ping', () => pings++);
      const wait = (type: string) =>
        until(() => messages.find((one) => one.type === type), { what: `a message ${type}` });
      return { ws, messages, wait, pings: () => pings };
    }

    it('tells changes of stock', async () => {
      const { ws, wait, pings } = connect();
      await wait('ready');
      await shop.send('POST', `/api/inventory/${product}/adjust`, { wh: 'H2', delta: 5 });
      expect(await wait('stock')).to.include({ id: product, wh: 'H2', delta: 5 });
      await until(() => pings() > 0, { what: 'a ping' });
      ws.close();
    });

    it('tells a client only the products it watches', async () => {
      const { ws, messages, wait } = connect();
      await wait('ready');
      ws.send('no json');
      ws.send(JSON.stringify({ watch: [product] }));
      expect(await wait('watching')).to.deep.equal({ type: 'watching', count: 1 });
      await shop.send('POST', '/api/inventory/9007199254740998/adjust', { wh: 'H1', delta: 1 });
      await order();
      await wait('stock');
      expect(messages.filter((one) => one.type === 'stock')).to.have.length(1);
      ws.close();
    });

    it('answers other upgrades with 404', async () => {
      const status = await new Promise((resolve, reject) => {
        const headers = { connection: 'Upgrade', upgrade: 'websocket' };
        const req = request(`${shop.url}/ws/other`, { headers });
        req.on('response', (res) => {
          res.resume();
          resolve(res.statusCode);
        });
        req.on('upgrade', () => resolve('upgraded'));
        req.on('error', reject);
        req.end();
      });
      expect(status).to.equal(404);
    });
  });
});
