import { expect } from 'chai';
import { type RunningShop, startShop } from './running-shop.ts';

describe('legacy monolith: cart, orders and payments', () => {
  let shop: RunningShop;
  let anna: { cookie: string };
  let product: { id: string; cents: number };
  before(async () => {
    shop = await startShop({ now: () => new Date('2026-05-06T07:08:09Z') });
    anna = await shop.logIn(1);
    const [row] = await shop.sql(
      "SELECT prd_id, prd_prc FROM tbl_prod WHERE prd_del = 'N' AND prd_act = 'Y' AND prd_sts = 'A' AND prd_prc > 0 LIMIT 1",
    );
    product = { id: String(row!.prd_id), cents: Number(row!.prd_prc) };
  });
  beforeEach(() => shop.sql(`REPLACE INTO tbl_inv (prd_id, wh_cd, qty) VALUES (${product.id}, 'H1', 10)`));
  after(() => shop.stop());

  const stock = async () =>
    Number((await shop.sql(`SELECT qty FROM tbl_inv WHERE prd_id = ${product.id} AND wh_cd = 'H1'`))[0]!.qty);
  const place = (qty: number) =>
    shop.send(
      'POST',
      '/api/orders',
      { items: [{ id: product.id, qty }], country: 'DE', shipping: 'DHL' },
      anna,
    );

  it('orders the cart and empties it', async () => {
    await shop.send('PUT', `/api/cart/${product.id}`, { qty: 9 }, anna);
    await shop.send('PUT', `/api/cart/${product.id}`, { qty: 2 }, anna);
    const { json: cart } = await shop.get('/api/cart', anna);
    expect(cart.Items).to.have.length(1);
    expect(cart.NetTotal).to.equal(((2 * product.cents) / 100).toFixed(2));
    const { status, json } = await shop.send('POST', '/api/orders', { shipping: 'dhl', comment: '☎' }, anna);
    expect(status).to.equal(201);
    const net = 2 * product.cents;
    const tax = Math.floor((net * 1900 + 5000) / 10_000);
    expect(json).to.include({
      date: 20260506,
      time: 70809,
      Status: 'New',
      net_cents: net,
      tax_cents: tax,
      Total: ((net + tax + 490) / 100).toFixed(2),
      comment: '☎',
    });
    expect(json.OrderNo).to.match(/^B2026-\d{7}$/);
    expect(json.Lines[0]).to.include({ line: 1, prd_id: product.id, qty: 2, warehouse: 'H1' });
    expect(await stock()).to.equal(8);
    expect((await shop.get('/api/cart', anna)).json.Items).to.deep.equal([]);
  });

  it('takes nothing from the stock when one item of an order is refused', async () => {
    const items = [
      { id: product.id, qty: 1 },
      { id: '9999999999999999999', qty: 1 },
    ];
    const { status, json } = await shop.send('POST', '/api/orders', { items, shipping: 'DHL' }, anna);
    expect(status).to.equal(400);
    expect(json.Error).to.include('9999999999999999999');
    expect(await stock()).to.equal(10);
    expect((await place(11)).status).to.equal(409);
    expect((await shop.send('POST', '/api/orders', { shipping: 'DHL' }, anna)).json.Error).to.equal(
      'cart is empty',
    );
    const notThere = { items: [{ id: product.id, qty: 1 }], shipping: 'DHL', country: 'JP' };
    expect((await shop.send('POST', '/api/orders', notThere, anna)).status).to.equal(400);
  });

  it('never sells more than there is to many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => place(1)));
    expect(answers.filter((one) => one.status === 201)).to.have.length(10);
    expect(answers.filter((one) => one.status === 409)).to.have.length(2);
    expect(await stock()).to.equal(0);
  });

  it('lists orders in pages counted from 0, newest first, totals in cents', async () => {
    const { json: placed } = await place(1);
    const { json } = await shop.get('/api/orders', anna);
    expect(json.Page).to.equal(0);
    expect(json.Orders[0]).to.deep.equal({
      OrderNo: placed.OrderNo,
      date: 20260506,
      Status: 'N',
      total_cents: Math.round(Number(placed.Total) * 100),
    });
    const { json: next } = await shop.get('/api/orders?page=1', anna);
    expect(next.Orders[0].OrderNo).to.not.equal(placed.OrderNo);
  });

  it('shows an order to its customer only', async () => {
    const { json: placed } = await place(1);
    const path = `/api/orders/${placed.OrderNo}`;
    expect((await shop.get(path, anna)).json).to.deep.equal(placed);
    const other = await shop.get(path, await shop.logIn(2));
    expect({ status: other.status, code: other.json.error.code }).to.deep.equal({
      status: 200,
      code: 'ORD_404',
    });
    expect((await shop.get(path)).status).to.equal(401);
  });

  it('takes payments until the total is reached, and gives money and stock back on cancelling', async () => {
    const { json: placed } = await place(3);
    const path = `/api/orders/${placed.OrderNo}`;
    const pay = (amount: string) => shop.send('POST', `${path}/payments`, { amount, method: 'CC' }, anna);
    expect((await pay('0.01')).json).to.deep.equal({ ok: 'Y' });
    expect((await shop.get(path, anna)).json.Status).to.equal('New');
    await pay(placed.Total);
    expect((await shop.get(path, anna)).json.Status).to.equal('Paid');
    expect((await pay('1.00')).status).to.equal(409);
    expect((await pay('1,00')).status).to.equal(400);
    const before = await stock();
    expect((await shop.send('POST', `${path}/cancel`, {}, anna)).json).to.deep.equal({ ok: 'Y' });
    expect(await stock()).to.equal(before + 3);
    expect((await shop.send('POST', `${path}/cancel`, {}, anna)).status).to.equal(409);
    const { json } = await shop.get(`${path}/payments`, anna);
    expect(json.payments.map((p: { amount: string; status: string }) => [p.amount, p.status])).to.deep.equal([
      ['0.01', 'C'],
      [placed.Total, 'C'],
      ['-0.01', 'R'],
      [`-${placed.Total}`, 'R'],
    ]);
  });

  it('shows pending payments with the zero date', async () => {
    const [pending] = await shop.sql(
      "SELECT o.ord_no, o.cust_id FROM tbl_pay p JOIN tbl_ord o USING (ord_id) JOIN tbl_cust c USING (cust_id) WHERE pay_sts = 'P' AND cust_del = 'N' LIMIT 1",
    );
    const login = await shop.logIn(Number(pending!.cust_id));
    const { json } = await shop.get(`/api/orders/${pending!.ord_no}/payments`, login);
    expect(json.payments[0]).to.include({ status: 'P', paid_at: '0000-00-00 00:00:00' });
  });
});
