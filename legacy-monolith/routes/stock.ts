import { type Request, type Response, Router } from 'express';
import { row, rows, run, transaction } from '../db.ts';
import { addEvent } from '../events.ts';
import { PRODUCT_NOT_FOUND } from '../product-view.ts';
import { bigId, body, param, query, shopOf, unixSeconds } from '../shop.ts';

/** Inventory and reference data. */
export const stock = Router();

stock.get('/api/inventory', quantities);
stock.get('/api/inventory/:id', inventoryById);
stock.post('/api/inventory/:id/adjust', adjust);
stock.get('/api/ref/countries', countries);
stock.get('/api/ref/currencies', currencies);
stock.get('/api/ref/tax-rates', taxRates);
stock.get('/api/ref/shipping-methods', shippingMethods);

/** ?ids=a,b,c: the stock of each over all warehouses, 0 for what is unknown, keys in the order asked. */
async function quantities(req: Request, res: Response) {
  const asked = [...new Set(query(req, 'ids').split(','))].filter((text) => text !== '');
  const ids = asked.map(bigId);
  if (ids.length === 0 || ids.length > 200 || ids.includes(undefined)) {
    return void res.status(400).json({ Error: 'ids is invalid' });
  }
  const found = await rows<{ prd_id: string; n: string }>(
    shopOf(req).db,
    'SELECT prd_id, SUM(qty) n FROM tbl_inv WHERE prd_id IN (?) GROUP BY prd_id',
    [ids as bigint[]],
  );
  const byId = new Map(found.map((r) => [r.prd_id, Number(r.n)]));
  res.json(Object.fromEntries(asked.map((id) => [id, byId.get(id) ?? 0])));
}

async function inventoryById(req: Request, res: Response) {
  const id = bigId(param(req, 'id'));
  if (id === undefined) return void res.json(PRODUCT_NOT_FOUND);
  await answerInventory(req, res, id);
}

async function answerInventory(req: Request, res: Response, id: bigint) {
  const { db } = shopOf(req);
  if ((await row(db, 'SELECT 1 FROM tbl_prod WHERE prd_id = ?', [id])) === undefined) {
    return void res.json(PRODUCT_NOT_FOUND);
  }
  const found = await rows<{ wh_cd: string; qty: number; inv_ts: number }>(
    db,
    'SELECT wh_cd, qty, inv_ts FROM tbl_inv WHERE prd_id = ? ORDER BY wh_cd',
    [id],
  );
  res.json({
    Prd_Id: String(id),
    Total: found.reduce((sum, r) => sum + r.qty, 0),
    Warehouses: found.map((r) => ({ wh: r.wh_cd, qty: r.qty, counted_at: r.inv_ts })),
  });
}

type Adjusted = 'done' | 'unknown product' | 'not enough';

/** {wh, delta}: adds to one warehouse; it never goes below zero. */
async function adjust(req: Request, res: Response) {
  const id = bigId(param(req, 'id'));
  const { wh, delta } = body(req);
  const warehouse = typeof wh === 'string' && /^[A-Z0-9]{2}$/.test(wh) ? wh : undefined;
  if (warehouse === undefined || !Number.isInteger(delta) || Math.abs(delta as number) > 1_000_000) {
    return void res.status(400).json({ Error: 'wh or delta is invalid' });
  }
  if (id === undefined) return void res.json(PRODUCT_NOT_FOUND);
  const outcome = await applyDelta(req, id, warehouse, delta as number);
  if (outcome === 'unknown product') return void res.json(PRODUCT_NOT_FOUND);
  if (outcome === 'not enough') return void res.status(409).json({ Error: 'not enough stock' });
  await answerInventory(req, res, id);
}

function applyDelta(req: Request, id: bigint, warehouse: string, delta: number): Promise<Adjusted> {
  const { db, now } = shopOf(req);
  return transaction(db, async (connection) => {
    const known = await row(connection, 'SELECT 1 FROM tbl_prod WHERE prd_id = ? LOCK IN SHARE MODE', [id]);
    if (known === undefined) return 'unknown product';
    const key = [id, warehouse];
    await run(connection, 'INSERT IGNORE INTO tbl_inv (prd_id, wh_cd, qty) VALUES (?)', [[...key, 0]]);
    const before = await row<{ qty: number }>(
      connection,
      'SELECT qty FROM tbl_inv WHERE prd_id = ? AND wh_cd = ? FOR UPDATE',
      key,
    );
    const qty = before!.qty + delta;
    if (qty < 0) return 'not enough';
    const values = [qty, unixSeconds(now()), ...key];
    await run(connection, 'UPDATE tbl_inv SET qty = ?, inv_ts = ? WHERE prd_id = ? AND wh_cd = ?', values);
    await addEvent(connection, 'S', { id: String(id), wh: warehouse, qty, delta });
    return 'done';
  });
}

async function countries(req: Request, res: Response) {
  const found = await rows(
    shopOf(req).db,
    'SELECT cty_cd code, cty_nm name, cty_cur currency, cty_eu eu FROM tbl_cty ORDER BY cty_cd',
  );
  res.json({ countries: found });
}

async function currencies(req: Request, res: Response) {
  const found = await rows(
    shopOf(req).db,
    'SELECT cur_cd CODE, cur_nm NAME, cur_rt RATE, cur_dig DIGITS FROM tbl_cur ORDER BY cur_cd',
  );
  res.json(found);
}

async function taxRates(req: Request, res: Response) {
  const found = await rows(
    shopOf(req).db,
    'SELECT cty_cd country, tax_cls taxClass, tax_pct percent, tax_dflt isDefault FROM tbl_tax ORDER BY cty_cd, tax_cls',
  );
  res.json({ TaxRates: found });
}

async function shippingMethods(req: Request, res: Response) {
  const found = await rows(
    shopOf(req).db,
    'SELECT shp_cd code, shp_nm name, shp_prc price, shp_ctys countries FROM tbl_shp ORDER BY shp_cd',
  );
  res.json({ shipping_methods: found });
}
