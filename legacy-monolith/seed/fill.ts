import { readFileSync } from 'node:fs';
import { type Arg, type Db, row, rows, run, transaction, transactionOnce } from '../db.ts';
import { LINE_COLUMNS, ORDER_COLUMNS, orders, PAYMENT_COLUMNS, type SeedProduct } from './order-rows.ts';
import { ADDRESS_COLUMNS, addressRows, CUSTOMER_COLUMNS, customerRows } from './people-rows.ts';
import { PRODUCT_COLUMNS, productRows } from './product-rows.ts';
import { COUNTRIES, CURRENCIES, categoryRows, SHIPPING, TAX_RATES } from './reference-rows.ts';
import { INVENTORY_COLUMNS, inventoryRows, REVIEW_COLUMNS, reviewRows } from './side-rows.ts';

const BATCH = 1000;

/** Creates the tables of schema.sql in an empty database. */
export async function createTables(db: Db): Promise<void> {
  const sql = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8').replace(/^--.*$/gm, '');
  for (const statement of sql.split(/;\s*$/m).map((s) => s.trim())) {
    if (statement !== '') await run(db, statement);
  }
}

/** Drops the shop's own tables (tbl_*), nothing else. */
export async function dropTables(db: Db): Promise<void> {
  const found = await rows<{ t: string }>(
    db,
    "SELECT table_name t FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE 'tbl\\_%'",
  );
  await transaction(db, async (connection) => {
    await run(connection, 'SET SESSION foreign_key_checks = 0');
    for (const { t } of found) await run(connection, 'DROP TABLE ??', [t]);
    await run(connection, 'SET SESSION foreign_key_checks = 1');
  });
}

/** The scale that the database was filled with, or undefined when it was not (or not to the end). */
export async function seededAs(db: Db): Promise<string | undefined> {
  const tables = await rows(
    db,
    "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'tbl_cfg'",
  );
  if (tables.length === 0) return undefined;
  const mark = await row<{ cfg_v: string }>(db, "SELECT cfg_v FROM tbl_cfg WHERE cfg_k = 'seeded'");
  return mark?.cfg_v ?? 'unfinished';
}

/** Fills every table. Scale 1 is 2,000 products, 5,000 customers and 20,000 orders. */
export async function fillShop(db: Db, scale: number): Promise<void> {
  const size = (n: number) => Math.max(1, Math.round(n * scale));
  const products = size(2000);
  const customers = size(5000);
  await fillReference(db);
  const sold = await fillProducts(db, products);
  await insert(db, 'tbl_inv', INVENTORY_COLUMNS, inventoryRows(products));
  await insert(db, 'tbl_cust', CUSTOMER_COLUMNS, customerRows(customers));
  await insert(db, 'tbl_addr', ADDRESS_COLUMNS, addressRows(customers));
  await fillOrders(db, orders(size(20_000), customers, sold));
  await insert(db, 'tbl_rev', REVIEW_COLUMNS, reviewRows(size(4000), products, customers));
  await mark(db, `scale ${scale}`);
}

/** Fills tbl_cat and tbl_prod only, for measuring copies. Memory stays flat whatever the count. */
export async function fillProductsOnly(db: Db, count: number): Promise<void> {
  await insert(db, 'tbl_cat', 'cat_id, cat_par, cat_nm, cat_srt, cat_vis', categoryRows());
  await insert(db, 'tbl_prod', PRODUCT_COLUMNS, productRows(count));
  await mark(db, `products-only ${count}`);
}

async function mark(db: Db, what: string): Promise<void> {
  await run(db, "INSERT INTO tbl_cfg (cfg_k, cfg_v) VALUES ('seeded', ?)", [what]);
}

async function fillReference(db: Db): Promise<void> {
  await insert(db, 'tbl_cur', 'cur_cd, cur_nm, cur_rt, cur_dig', CURRENCIES);
  await insert(db, 'tbl_cty', 'cty_cd, cty_nm, cty_cur, cty_eu', COUNTRIES);
  await insert(db, 'tbl_tax', 'cty_cd, tax_cls, tax_pct, tax_dflt', TAX_RATES);
  await insert(db, 'tbl_shp', 'shp_cd, shp_nm, shp_prc, shp_ctys', SHIPPING);
  await insert(db, 'tbl_cat', 'cat_id, cat_par, cat_nm, cat_srt, cat_vis', categoryRows());
}

async function fillProducts(db: Db, count: number): Promise<SeedProduct[]> {
  const sold: SeedProduct[] = [];
  const remembered = productRows(count).map((cells) => {
    sold.push({ name: String(cells[2]), cents: Number(cells[4]) });
    return cells;
  });
  await insert(db, 'tbl_prod', PRODUCT_COLUMNS, remembered);
  return sold;
}

async function fillOrders(
  db: Db,
  all: Iterable<ReturnType<typeof orders> extends Iterable<infer T> ? T : never>,
) {
  const batch = [...all];
  const flat = (part: 'lines' | 'payments') => batch.flatMap((one) => one[part]);
  await insert(
    db,
    'tbl_ord',
    ORDER_COLUMNS,
    batch.map((one) => one.order),
  );
  await insert(db, 'tbl_ord_ln', LINE_COLUMNS, flat('lines'));
  await insert(db, 'tbl_pay', PAYMENT_COLUMNS, flat('payments'));
}

/** Multi-row inserts of 1,000 rows, 50 of them to a transaction; the next is made while the last one runs. */
async function insert(
  db: Db,
  table: string,
  columns: string,
  source: Iterable<readonly (string | number | bigint | null)[]>,
): Promise<void> {
  const sql = `INSERT INTO ${table} (${columns}) VALUES ?`;
  const iterator = source[Symbol.iterator]();
  let next = take(iterator, BATCH);
  while (next.length > 0) {
    await transactionOnce(db, async (connection) => {
      for (let i = 0; i < 50 && next.length > 0; i++) {
        const inserted = run(connection, sql, [next as Arg[]]);
        next = take(iterator, BATCH);
        await inserted;
      }
    });
  }
}

function take<T>(iterator: Iterator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = iterator.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}
