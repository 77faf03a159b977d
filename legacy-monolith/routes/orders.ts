import { type Request, type Response, Router } from 'express';
import type { PoolConnection } from 'mysql2';
import { type Item, moveStock, type Placed, placeOrder } from '../checkout.ts';
import { row, rows, run, transaction } from '../db.ts';
import { addEvent } from '../events.ts';
import { cents, decimal } from '../money.ts';
import { findProduct, PRODUCT_NOT_FOUND } from '../product-view.ts';
import { requireCustomer } from '../sessions.ts';
import { bigId, body, datetime, looseInt, param, query, shopOf } from '../shop.ts';

/** Cart, orders and payments. Everything here needs a login. */
export const orders = Router();

orders.get('/api/cart', cart);
orders.put('/api/cart/:id', putIntoCart);
orders.delete('/api/cart/:id', removeFromCart);
orders.post('/api/orders', checkout);
orders.get('/api/orders', listOrders);
orders.get('/api/orders/:no', orderByNumber);
orders.post('/api/orders/:no/cancel', cancelOrder);
orders.get('/api/orders/:no/payments', listPayments);
orders.post('/api/orders/:no/payments', pay);

interface CartRow {
  prd_id: string;
  qty: number;
  prd_nm: string;
  prd_prc: number;
}

async function cart(req: Request, res: Response) {
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const found = await rows<CartRow>(
    shopOf(req).db,
    "SELECT c.prd_id, c.qty, p.prd_nm, p.prd_prc FROM tbl_cart c JOIN tbl_prod p ON p.prd_id = c.prd_id AND p.prd_del = 'N' WHERE c.cust_id = ? ORDER BY c.prd_id",
    [customer.cust_id],
  );
  res.json({
    Items: found.map((c) => ({ id: c.prd_id, name: c.prd_nm, qty: c.qty, price: decimal(c.prd_prc) })),
    NetTotal: decimal(found.reduce((sum, c) => sum + c.prd_prc * c.qty, 0)),
  });
}

function quantity(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 99 ? value : undefined;
}

async function putIntoCart(req: Request, res: Response) {
  const { db } = shopOf(req);
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const id = bigId(param(req, 'id'));
  const qty = quantity(body(req).qty);
  if (qty === undefined) return void res.status(400).json({ Error: 'qty is invalid' });
  if (id === undefined || (await findProduct(db, 'prd_id', id)) === undefined) {
    return void res.json(PRODUCT_NOT_FOUND);
  }
  await run(db, 'REPLACE INTO tbl_cart (cust_id, prd_id, qty) VALUES (?)', [[customer.cust_id, id, qty]]);
  res.json({ ok: 'Y' });
}

async function removeFromCart(req: Request, res: Response) {
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const args = [customer.cust_id, bigId(param(req, 'id')) ?? 0];
  await run(shopOf(req).db, 'DELETE FROM tbl_cart WHERE cust_id = ? AND prd_id = ?', args);
  res.json({ ok: 'Y' });
}

/** {items?, country, shipping, comment?}: without items the cart is ordered and emptied. */
async function checkout(req: Request, res: Response) {
  const { db, now } = shopOf(req);
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const input = body(req);
  const given = input.items === undefined ? undefined : givenItems(input.items);
  if (input.items !== undefined && given === undefined) {
    return void res.status(400).json({ Error: 'items is invalid' });
  }
  const wish = {
    customer: customer.cust_id,
    country: String(input.country ?? 'DE').toUpperCase(),
    shipping: String(input.shipping ?? 'INT').toUpperCase(),
    comment: typeof input.comment === 'string' ? input.comment.slice(0, 1000) : null,
  };
  const placed = await inTransaction(req, async (connection) => {
    const items = given ?? (await cartItems(connection, customer.cust_id));
    if (items.length === 0) return { status: 400, wrong: 'cart is empty' } as const;
    const outcome = await placeOrder(connection, { ...wish, items }, now());
    if ('no' in outcome && given === undefined) {
      await run(connection, 'DELETE FROM tbl_cart WHERE cust_id = ?', [customer.cust_id]);
    }
    return outcome;
  });
  if ('wrong' in placed) return void res.status(placed.status).json({ Error: placed.wrong });
  const order = await findOrder(db, placed.no, customer.cust_id);
  res.status(201).json(await orderJson(db, order!));
}

class Refused extends Error {
  readonly outcome: Placed;
  constructor(outcome: Placed) {
    super('refused');
    this.outcome = outcome;
  }
}

/** A refused order must not leave the stock that its first lines took: rolls back, then gives the reason. */
async function inTransaction(
  req: Request,
  work: (connection: PoolConnection) => Promise<Placed>,
): Promise<Placed> {
  try {
    return await transaction(shopOf(req).db, async (connection) => {
      const outcome = await work(connection);
      if ('wrong' in outcome) throw new Refused(outcome);
      return outcome;
    });
  } catch (err) {
    if (err instanceof Refused) return err.outcome;
    throw err;
  }
}

function givenItems(value: unknown): Item[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > 50) return undefined;
  const items = value.map((one: { id?: unknown; qty?: unknown } | null) => ({
    id: bigId(String(one?.id ?? '')),
    qty: quantity(one?.qty),
  }));
  const ok = items.every((item): item is Item => item.id !== undefined && item.qty !== undefined);
  return ok && new Set(items.map((item) => item.id)).size === items.length ? items : undefined;
}

async function cartItems(connection: PoolConnection, customer: number): Promise<Item[]> {
  const sql = 'SELECT prd_id, qty FROM tbl_cart WHERE cust_id = ? FOR UPDATE';
  const found = await rows<{ prd_id: string; qty: number }>(connection, sql, [customer]);
  return found.map((c) => ({ id: BigInt(c.prd_id), qty: c.qty }));
}

interface OrderRow {
  ord_id: number;
  ord_no: string;
  cust_id: number;
  ord_dt: number;
  ord_tm: number;
  ord_sts: 'N' | 'P' | 'S' | 'C' | 'R';
  ord_net: number;
  ord_shp: number;
  ord_tax: number;
  ord_tot: string;
  ord_cur: string;
  cty_cd: string;
  shp_cd: string;
  ord_cmt: string | null;
}

type Reader = Parameters<typeof row>[0];

function findOrder(db: Reader, no: string, customer: number, lock = '') {
  const sql = `SELECT * FROM tbl_ord WHERE ord_no = ? AND cust_id = ? ${lock}`;
  return row<OrderRow>(db, sql, [no, customer]);
}

const ORDER_NOT_FOUND = { error: { code: 'ORD_404', msg: 'Order not found' } };

const STATUS_TEXT = { N: 'New', P: 'Paid', S: 'Shipped', C: 'Cancelled', R: 'Returned' } as const;

/** Pages count from 0 here, 10 orders each, the newest first. */
async function listOrders(req: Request, res: Response) {
  const { db } = shopOf(req);
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const at = Math.min(Math.max(0, looseInt(query(req, 'page'), 0)), 100_000);
  const found = await rows<OrderRow>(
    db,
    'SELECT * FROM tbl_ord WHERE cust_id = ? ORDER BY ord_id DESC LIMIT 10 OFFSET ?',
    [customer.cust_id, at * 10],
  );
  const counted = await row<{ n: string }>(db, 'SELECT COUNT(*) n FROM tbl_ord WHERE cust_id = ?', [
    customer.cust_id,
  ]);
  res.json({
    Page: at,
    Total: Number(counted?.n),
    Orders: found.map((o) => ({
      OrderNo: o.ord_no,
      date: o.ord_dt,
      Status: o.ord_sts,
      total_cents: Math.round(Number(o.ord_tot) * 100),
    })),
  });
}

async function orderByNumber(req: Request, res: Response) {
  const { db } = shopOf(req);
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const order = await findOrder(db, param(req, 'no'), customer.cust_id);
  res.json(order === undefined ? ORDER_NOT_FOUND : await orderJson(db, order));
}

interface LineRow {
  ln_no: number;
  prd_id: string;
  ln_nm: string;
  ln_qty: number;
  ln_prc: string;
  ln_wh: string;
}

async function orderJson(db: Reader, o: OrderRow) {
  const lines = await rows<LineRow>(db, 'SELECT * FROM tbl_ord_ln WHERE ord_id = ? ORDER BY ln_no', [
    o.ord_id,
  ]);
  return {
    OrderNo: o.ord_no,
    CustomerID: o.cust_id,
    date: o.ord_dt,
    time: o.ord_tm,
    Status: STATUS_TEXT[o.ord_sts],
    net_cents: o.ord_net,
    shipping_cents: o.ord_shp,
    tax_cents: o.ord_tax,
    Total: o.ord_tot,
    currency: o.ord_cur,
    country: o.cty_cd,
    ShippingMethod: o.shp_cd,
    comment: o.ord_cmt,
    Lines: lines.map((l) => ({
      line: l.ln_no,
      prd_id: l.prd_id,
      name: l.ln_nm,
      qty: l.ln_qty,
      price: l.ln_prc,
      warehouse: l.ln_wh,
    })),
  };
}

type Change = 'done' | 'unknown' | 'refused';

function answerChange(res: Response, outcome: Change, refusal: string) {
  if (outcome === 'unknown') return void res.json(ORDER_NOT_FOUND);
  if (outcome === 'refused') return void res.status(409).json({ Error: refusal });
  res.json({ ok: 'Y' });
}

/** A new or paid order gives its stock back; what was paid gets a refund row. */
async function cancelOrder(req: Request, res: Response) {
  const { db, now } = shopOf(req);
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const outcome = await transaction<Change>(db, async (connection) => {
    const order = await findOrder(connection, param(req, 'no'), customer.cust_id, 'FOR UPDATE');
    if (order === undefined) return 'unknown';
    if (order.ord_sts !== 'N' && order.ord_sts !== 'P') return 'refused';
    await undoOrder(connection, order, now());
    return 'done';
  });
  answerChange(res, outcome, 'order cannot be cancelled');
}

async function undoOrder(connection: PoolConnection, order: OrderRow, at: Date) {
  await run(connection, "UPDATE tbl_ord SET ord_sts = 'C' WHERE ord_id = ?", [order.ord_id]);
  const lines = await rows<LineRow>(connection, 'SELECT * FROM tbl_ord_ln WHERE ord_id = ? ORDER BY prd_id', [
    order.ord_id,
  ]);
  for (const line of lines) await moveStock(connection, BigInt(line.prd_id), line.ln_wh, line.ln_qty, at);
  await run(
    connection,
    "INSERT INTO tbl_pay (ord_id, pay_amt, pay_mth, pay_sts, pay_dt) SELECT ord_id, -pay_amt, pay_mth, 'R', ? FROM tbl_pay WHERE ord_id = ? AND pay_sts = 'C'",
    [datetime(at), order.ord_id],
  );
  await addEvent(connection, 'O', { order: order.ord_no, status: 'C', total: order.ord_tot });
}

interface PaymentRow {
  pay_id: number;
  pay_amt: string;
  pay_mth: string;
  pay_sts: 'P' | 'C' | 'R';
  pay_dt: string;
}

async function listPayments(req: Request, res: Response) {
  const { db } = shopOf(req);
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const order = await findOrder(db, param(req, 'no'), customer.cust_id);
  if (order === undefined) return void res.json(ORDER_NOT_FOUND);
  const found = await rows<PaymentRow>(db, 'SELECT * FROM tbl_pay WHERE ord_id = ? ORDER BY pay_id', [
    order.ord_id,
  ]);
  res.json({
    payments: found.map((p) => ({
      PaymentID: p.pay_id,
      amount: p.pay_amt,
      method: p.pay_mth,
      status: p.pay_sts,
      paid_at: p.pay_dt,
    })),
  });
}

/** {amount: "12.34", method}: captured at once. The order is paid when the captured amounts reach its total. */
async function pay(req: Request, res: Response) {
  const { db, now } = shopOf(req);
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const { amount, method } = body(req);
  const paid = cents(amount);
  if (paid === undefined || paid === 0 || !['CC', 'PP', 'IN', 'SE'].includes(method as string)) {
    return void res.status(400).json({ Error: 'amount or method is invalid' });
  }
  const outcome = await transaction<Change>(db, async (connection) => {
    const order = await findOrder(connection, param(req, 'no'), customer.cust_id, 'FOR UPDATE');
    if (order === undefined) return 'unknown';
    if (order.ord_sts !== 'N') return 'refused';
    const cells = [order.ord_id, decimal(paid), method as string, 'C', datetime(now())];
    await run(connection, 'INSERT INTO tbl_pay (ord_id, pay_amt, pay_mth, pay_sts, pay_dt) VALUES (?)', [
      cells,
    ]);
    await settle(connection, order);
    return 'done';
  });
  answerChange(res, outcome, 'order cannot be paid');
}

async function settle(connection: PoolConnection, order: OrderRow) {
  const { affectedRows } = await run(
    connection,
    "UPDATE tbl_ord SET ord_sts = 'P' WHERE ord_id = ? AND ord_tot <= (SELECT SUM(pay_amt) FROM tbl_pay WHERE ord_id = ? AND pay_sts = 'C')",
    [order.ord_id, order.ord_id],
  );
  if (affectedRows > 0)
    await addEvent(connection, 'O', { order: order.ord_no, status: 'P', total: order.ord_tot });
}
