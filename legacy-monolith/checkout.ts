import { randomBytes } from 'node:crypto';
import type { PoolConnection } from 'mysql2';
import { row, rows, run } from './db.ts';
import { addEvent } from './events.ts';
import { decimal, tax } from './money.ts';
import { taxRate } from './product-view.ts';
import { clockNumber, dayNumber, unixSeconds } from './shop.ts';

export interface Item {
  id: bigint;
  qty: number;
}

/** What a customer wants; items are distinct products. */
export interface Wish {
  customer: number;
  items: Item[];
  country: string;
  shipping: string;
  comment: string | null;
}

/** An order's number, or the reason why there is none. */
export type Placed = { no: string } | { status: 400 | 409; wrong: string };

interface Line extends Item {
  name: string;
  cents: number;
  warehouse: string;
}

/** Places an order inside a transaction: takes each item from one warehouse, freezes names and prices. */
export async function placeOrder(connection: PoolConnection, wish: Wish, at: Date): Promise<Placed> {
  const shipping = await shippingPrice(connection, wish.shipping, wish.country);
  if (shipping === undefined) return { status: 400, wrong: 'shipping or country is invalid' };
  const lines: Line[] = [];
  // Always in the order of the ids, so that two orders never wait for each other.
  for (const item of [...wish.items].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const line = await takeFromStock(connection, item, at);
    if ('wrong' in line) return line;
    lines.push(line);
  }
  const net = lines.reduce((sum, line) => sum + line.cents * line.qty, 0);
  const taxed = tax(net, (await taxRate(connection, wish.country)).rate);
  const no = await insertOrder(connection, wish, { net, shipping, taxed }, at);
  await insertLines(connection, no.id, lines);
  await addEvent(connection, 'O', { order: no.no, status: 'N', total: decimal(net + shipping + taxed) });
  return { no: no.no };
}

async function shippingPrice(connection: PoolConnection, method: string, country: string) {
  const sql =
    "SELECT shp_prc FROM tbl_shp JOIN tbl_cty ON cty_cd = ? WHERE shp_cd = ? AND (shp_ctys = '' OR FIND_IN_SET(cty_cd, shp_ctys))";
  return (await row<{ shp_prc: number }>(connection, sql, [country, method]))?.shp_prc;
}

async function takeFromStock(
  connection: PoolConnection,
  item: Item,
  at: Date,
): Promise<Line | { status: 400 | 409; wrong: string }> {
  const product = await row<{ prd_nm: string; prd_prc: number }>(
    connection,
    "SELECT prd_nm, prd_prc FROM tbl_prod WHERE prd_id = ? AND prd_del = 'N' AND prd_act = 'Y' AND prd_sts = 'A'",
    [item.id],
  );
  if (product === undefined) return { status: 400, wrong: `product ${item.id} is not for sale` };
  const places = await rows<{ wh_cd: string; qty: number }>(
    connection,
    'SELECT wh_cd, qty FROM tbl_inv WHERE prd_id = ? ORDER BY wh_cd FOR UPDATE',
    [item.id],
  );
  const place = places.find((p) => p.qty >= item.qty);
  if (place === undefined) return { status: 409, wrong: `product ${item.id} is out of stock` };
  await moveStock(connection, item.id, place.wh_cd, -item.qty, at);
  return { ...item, name: product.prd_nm, cents: product.prd_prc, warehouse: place.wh_cd };
}

/** Adds to the stock of one product in one warehouse and tells the ticker. */
export async function moveStock(
  connection: PoolConnection,
  id: bigint,
  warehouse: string,
  delta: number,
  at: Date,
) {
  const key = [id, warehouse];
  const sql = 'UPDATE tbl_inv SET qty = qty + ?, inv_ts = ? WHERE prd_id = ? AND wh_cd = ?';
  const { affectedRows } = await run(connection, sql, [delta, unixSeconds(at), ...key]);
  if (affectedRows === 0) return;
  const after = await row<{ qty: number }>(
    connection,
    'SELECT qty FROM tbl_inv WHERE prd_id = ? AND wh_cd = ?',
    key,
  );
  await addEvent(connection, 'S', { id: String(id), wh: warehouse, qty: after!.qty, delta });
}

async function insertOrder(
  connection: PoolConnection,
  wish: Wish,
  sums: { net: number; shipping: number; taxed: number },
  at: Date,
) {
  const columns = {
    ord_no: `T${randomBytes(9).toString('hex')}`,
    cust_id: wish.customer,
    ord_dt: dayNumber(at),
    ord_tm: clockNumber(at),
    ord_net: sums.net,
    ord_shp: sums.shipping,
    ord_tax: sums.taxed,
    ord_tot: decimal(sums.net + sums.shipping + sums.taxed),
    cty_cd: wish.country,
    shp_cd: wish.shipping,
    ord_cmt: wish.comment,
  };
  const sql = `INSERT INTO tbl_ord (${Object.keys(columns).join(', ')}) VALUES (?)`;
  const { insertId } = await run(connection, sql, [Object.values(columns)]);
  // The number holds the id, which is known only now.
  const no = `B${at.getUTCFullYear()}-${String(insertId).padStart(7, '0')}`;
  await run(connection, 'UPDATE tbl_ord SET ord_no = ? WHERE ord_id = ?', [no, insertId]);
  return { id: insertId, no };
}

async function insertLines(connection: PoolConnection, order: number, lines: Line[]) {
  const cells = lines.map((l, i) => [order, i + 1, l.id, l.name, l.qty, decimal(l.cents), l.warehouse]);
  const sql = 'INSERT INTO tbl_ord_ln (ord_id, ln_no, prd_id, ln_nm, ln_qty, ln_prc, ln_wh) VALUES ?';
  await run(connection, sql, [cells]);
}
