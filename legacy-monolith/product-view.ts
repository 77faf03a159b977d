import type { Pool, PoolConnection } from 'mysql2';
import { row } from './db.ts';
import { decimal, gross } from './money.ts';

/** A row of tbl_prod as PRODUCT_SQL reads it. */
export interface ProductRow {
  prd_id: string;
  prd_sku: string;
  prd_nm: string;
  prd_dsc: string;
  prd_prc: number;
  prd_lst_prc: string | null;
  cat_ids: string;
  prd_sts: 'A' | 'D' | 'P';
  prd_act: 'Y' | 'N';
  prd_del: 'Y' | 'N';
  prd_new_dt: number;
  prd_upd: string;
  prd_attr: string;
  prd_wgt: number | null;
  stock: string;
}

/** The default tax of one country. */
export interface TaxRate {
  country: string;
  rate: string;
}

export const PRODUCT_SQL =
  'SELECT p.*, (SELECT COALESCE(SUM(i.qty), 0) FROM tbl_inv i WHERE i.prd_id = p.prd_id) AS stock FROM tbl_prod p ';

export const STATUS_WORDS = { A: 'active', D: 'discontinued', P: 'preview' } as const;

export const PRODUCT_NOT_FOUND = { error: { code: 'PRD_404', msg: 'Product not found' } };

/** One product that is not deleted. */
export async function findProduct(
  db: Pool | PoolConnection,
  column: 'prd_id' | 'prd_sku',
  value: bigint | string,
): Promise<ProductRow | undefined> {
  const placeholder = column === 'prd_sku' ? 'CONVERT(? USING latin1)' : '?';
  return row<ProductRow>(db, `${PRODUCT_SQL} WHERE p.${column} = ${placeholder} AND p.prd_del = 'N'`, [
    value,
  ]);
}

/** The default tax of a country; of Germany when the country is unknown or not given. */
export async function taxRate(db: Pool | PoolConnection, country: string): Promise<TaxRate> {
  const sql =
    "SELECT cty_cd AS country, tax_pct AS rate FROM tbl_tax WHERE tax_dflt = 'Y' AND cty_cd IN (?, 'DE') ORDER BY cty_cd = 'DE' LIMIT 1";
  const found = await row<TaxRate>(db, sql, [country.toUpperCase()]);
  return found ?? { country: 'DE', rate: '0.00' };
}

/** The answer of /api/products/:id: camelCase with two exceptions, money as decimal strings. */
export function productDetail(p: ProductRow, tax: TaxRate) {
  return {
    ID: p.prd_id,
    sku: p.prd_sku,
    Name: p.prd_nm,
    description: p.prd_dsc,
    price: decimal(p.prd_prc),
    listPrice: p.prd_lst_prc,
    grossPrice: decimal(gross(p.prd_prc, tax.rate)),
    taxRate: tax.rate,
    country: tax.country,
    currency: 'EUR',
    status: STATUS_WORDS[p.prd_sts],
    isActive: p.prd_act,
    releaseDate: p.prd_new_dt,
    Last_Update: p.prd_upd,
    categoryIds: p.cat_ids === '' ? [] : p.cat_ids.split(',').map(Number),
    attributes: p.prd_attr === '' ? {} : (JSON.parse(p.prd_attr) as object),
    weight: p.prd_wgt,
    stock: Number(p.stock),
  };
}

/** An item of /api/products: snake_case, money as cents, letters and 1/0 where the detail has words and Y/N. */
export function productListItem(p: ProductRow, tax: TaxRate) {
  return {
    prd_id: p.prd_id,
    sku: p.prd_sku,
    name: p.prd_nm,
    price: p.prd_prc,
    gross_price: gross(p.prd_prc, tax.rate),
    list_price: p.prd_lst_prc,
    status: p.prd_sts,
    active: p.prd_act === 'Y' ? 1 : 0,
    new_dt: p.prd_new_dt,
    cat_ids: p.cat_ids,
    stock: Number(p.stock),
  };
}

/** A hit of /api/search: upper case. */
export function searchHit(p: ProductRow) {
  return {
    ID: p.prd_id,
    SKU: p.prd_sku,
    NAME: p.prd_nm,
    PRICE: decimal(p.prd_prc),
    STATUS: p.prd_sts,
    STOCK: Number(p.stock),
  };
}
