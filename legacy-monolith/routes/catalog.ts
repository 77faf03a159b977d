import { type Request, type Response, Router } from 'express';
import type { PoolConnection } from 'mysql2';
import { type Arg, isDuplicate, row, rows, run, transaction } from '../db.ts';
import { changedProduct, newProduct, SKU_EXISTS } from '../product-fields.ts';
import {
  findProduct,
  PRODUCT_NOT_FOUND,
  PRODUCT_SQL,
  type ProductRow,
  productDetail,
  productListItem,
  searchHit,
  taxRate,
} from '../product-view.ts';
import { bigId, body, looseInt, param, query, shopOf, smallId, unixSeconds } from '../shop.ts';

/** Products, search and categories. */
export const catalog = Router();

catalog.get('/api/products', listProducts);
catalog.get('/api/products/by-sku/:sku', productBySku);
catalog.get('/api/products/:id', productById);
catalog.post('/api/products', addProduct);
catalog.put('/api/products/:id/price', changePrice);
catalog.patch('/api/products/:id', changeProduct);
catalog.delete('/api/products/:id', deleteProduct);
catalog.get('/api/search', search);
catalog.get('/api/categories', categoryTree);
catalog.get('/api/categories/:id', categoryById);

const SORTS: Record<string, string> = {
  price: 'p.prd_prc, p.prd_id',
  name: 'p.prd_nm, p.prd_id',
  newest: 'p.prd_new_dt DESC, p.prd_id',
};

async function listProducts(req: Request, res: Response) {
  const { db } = shopOf(req);
  const page = Math.max(1, looseInt(query(req, 'page'), 1));
  const asked = looseInt(query(req, 'per_page'), 20);
  const perPage = asked < 1 ? 20 : Math.min(asked, 100);
  const category = looseInt(query(req, 'category'), Number.NaN);
  const args: Arg[] = [];
  let where = "WHERE p.prd_del = 'N' AND p.prd_act = 'Y'";
  if (!Number.isNaN(category)) {
    where += ' AND FIND_IN_SET(?, p.cat_ids)';
    args.push(category);
  }
  const order = SORTS[query(req, 'sort')] ?? 'p.prd_id';
  const offset = Math.min((page - 1) * perPage, 1_000_000_000);
  const counted = await row<{ n: string }>(db, `SELECT COUNT(*) n FROM tbl_prod p ${where}`, args);
  const found = await rows<ProductRow>(db, `${PRODUCT_SQL} ${where} ORDER BY ${order} LIMIT ? OFFSET ?`, [
    ...args,
    perPage,
    offset,
  ]);
  const tax = await taxRate(db, query(req, 'country'));
  const total = Number(counted?.n);
  res.json({
    page,
    per_page: perPage,
    total,
    total_pages: Math.ceil(total / perPage),
    items: found.map((p) => productListItem(p, tax)),
  });
}

async function productById(req: Request, res: Response) {
  const id = bigId(param(req, 'id'));
  const found = id === undefined ? undefined : await findProduct(shopOf(req).db, 'prd_id', id);
  await answerProduct(req, res, found);
}

async function productBySku(req: Request, res: Response) {
  await answerProduct(req, res, await findProduct(shopOf(req).db, 'prd_sku', param(req, 'sku')));
}

/** A product that is not there is answered with status 200; old clients look at the body only. */
async function answerProduct(req: Request, res: Response, found: ProductRow | undefined, status = 200) {
  if (found === undefined) return void res.json(PRODUCT_NOT_FOUND);
  res.status(status).json(productDetail(found, await taxRate(shopOf(req).db, query(req, 'country'))));
}

async function addProduct(req: Request, res: Response) {
  const { db } = shopOf(req);
  const fields = newProduct(body(req));
  if ('wrong' in fields) return void res.status(400).json({ Error: fields.wrong });
  try {
    const added = await transaction(db, async (connection) => {
      await run(connection, 'INSERT INTO tbl_prod SET ?, prd_upd = NOW(6)', [
        fields.columns as unknown as Arg,
      ]);
      const last = await row<{ id: string }>(connection, 'SELECT LAST_INSERT_ID() id');
      return findProduct(connection, 'prd_id', BigInt(last!.id));
    });
    await answerProduct(req, res, added, 201);
  } catch (err) {
    if (!isDuplicate(err)) throw err;
    res.status(409).json(SKU_EXISTS);
  }
}

async function changePrice(req: Request, res: Response) {
  const { db, now } = shopOf(req);
  const id = bigId(param(req, 'id'));
  const price = body(req).prc;
  if (typeof price !== 'number' || !Number.isInteger(price) || price < 0 || price > 99_999_999) {
    return void res.status(400).json({ Error: 'prc is invalid' });
  }
  const changed = await transaction(db, async (connection) => {
    const before = id === undefined ? undefined : await lockProduct(connection, id);
    if (id === undefined || before === undefined) return undefined;
    await run(connection, 'UPDATE tbl_prod SET prd_prc = ?, prd_upd = NOW(6) WHERE prd_id = ?', [price, id]);
    const log = [id, before.prd_prc, price, unixSeconds(now())];
    await run(connection, 'INSERT INTO tbl_prc_log (prd_id, old_prc, new_prc, chg_ts) VALUES (?)', [log]);
    return findProduct(connection, 'prd_id', id);
  });
  await answerProduct(req, res, changed);
}

function lockProduct(connection: PoolConnection, id: bigint) {
  const sql = "SELECT prd_prc FROM tbl_prod WHERE prd_id = ? AND prd_del = 'N' FOR UPDATE";
  return row<{ prd_prc: number }>(connection, sql, [id]);
}

async function changeProduct(req: Request, res: Response) {
  const { db } = shopOf(req);
  const id = bigId(param(req, 'id'));
  const fields = changedProduct(body(req));
  if ('wrong' in fields) return void res.status(400).json({ Error: fields.wrong });
  if (id === undefined) return void res.json(PRODUCT_NOT_FOUND);
  const sql = "UPDATE tbl_prod SET ?, prd_upd = NOW(6) WHERE prd_id = ? AND prd_del = 'N'";
  await run(db, sql, [fields.columns as unknown as Arg, id]);
  await answerProduct(req, res, await findProduct(db, 'prd_id', id));
}

/** Marks a product as deleted. With ?purge=Y the row goes, deleted or not, and what hangs on it with it. */
async function deleteProduct(req: Request, res: Response) {
  const { db } = shopOf(req);
  const id = bigId(param(req, 'id'));
  if (id === undefined) return void res.json(PRODUCT_NOT_FOUND);
  const purge = query(req, 'purge') === 'Y';
  const sql = purge
    ? 'DELETE FROM tbl_prod WHERE prd_id = ?'
    : "UPDATE tbl_prod SET prd_del = 'Y', prd_upd = NOW(6) WHERE prd_id = ? AND prd_del = 'N'";
  const { affectedRows } = await run(db, sql, [id]);
  if (affectedRows === 0) return void res.json(PRODUCT_NOT_FOUND);
  res.json(purge ? { ok: 'Y', purged: 'Y' } : { ok: 'Y' });
}

const HITS_A_PAGE = 25;

async function search(req: Request, res: Response) {
  const { db } = shopOf(req);
  const q = query(req, 'q').trim().slice(0, 100);
  const start = Math.max(0, looseInt(query(req, 'start'), 0));
  if (q === '') return void res.json({ QUERY: q, START: start, FOUND: 0, HITS: [] });
  const like = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  const where =
    "WHERE p.prd_del = 'N' AND p.prd_act = 'Y' AND (p.prd_nm LIKE CONVERT(? USING latin1) OR p.prd_sku LIKE CONVERT(? USING latin1))";
  const counted = await row<{ n: string }>(db, `SELECT COUNT(*) n FROM tbl_prod p ${where}`, [like, like]);
  const found = await rows<ProductRow>(
    db,
    `${PRODUCT_SQL} ${where} ORDER BY p.prd_nm, p.prd_id LIMIT ${HITS_A_PAGE} OFFSET ?`,
    [like, like, Math.min(start * HITS_A_PAGE, 1_000_000_000)],
  );
  res.json({ QUERY: q, START: start, FOUND: Number(counted?.n), HITS: found.map(searchHit) });
}

interface CategoryRow {
  cat_id: number;
  cat_par: number;
  cat_nm: string;
  cat_srt: number;
  cat_vis: 'Y' | 'N';
}

interface CategoryNode {
  id: number;
  Name: string;
  sort: number;
  children: CategoryNode[];
}

async function categoryTree(req: Request, res: Response) {
  const all = await rows<CategoryRow>(
    shopOf(req).db,
    "SELECT * FROM tbl_cat WHERE cat_vis = 'Y' ORDER BY cat_srt, cat_id",
  );
  res.json({ Categories: childrenOf(all, 0) });
}

function childrenOf(all: CategoryRow[], parent: number): CategoryNode[] {
  return all
    .filter((c) => c.cat_par === parent)
    .map((c) => ({ id: c.cat_id, Name: c.cat_nm, sort: c.cat_srt, children: childrenOf(all, c.cat_id) }));
}

async function categoryById(req: Request, res: Response) {
  const { db } = shopOf(req);
  const id = smallId(param(req, 'id'));
  const found =
    id === undefined ? undefined : await row<CategoryRow>(db, 'SELECT * FROM tbl_cat WHERE cat_id = ?', [id]);
  if (id === undefined || found === undefined) {
    return void res.json({ error: { code: 'CAT_404', msg: 'Category not found' } });
  }
  const counted = await row<{ n: string }>(
    db,
    "SELECT COUNT(*) n FROM tbl_prod WHERE prd_del = 'N' AND prd_act = 'Y' AND FIND_IN_SET(?, cat_ids)",
    [id],
  );
  res.json({
    cat_id: found.cat_id,
    cat_nm: found.cat_nm,
    parentId: found.cat_par,
    sortOrder: found.cat_srt,
    Visible: found.cat_vis,
    Product_Count: Number(counted?.n),
  });
}
