/** Products by id, by SKU and in lists. */
import type { Knex } from 'strangler-kit/chassis';
import { onShow, productOf, selectProducts } from './columns.ts';
import type { Product, ProductPage } from './model.ts';

/** The orders in which a list can be asked for. */
export type ProductOrder = 'id' | 'price' | 'name' | 'newest';

/** What a list asks for. */
export interface ProductListQuery {
  category: number | undefined;
  order: ProductOrder;
  limit: number;
  offset: number;
}

const ORDERS: Record<ProductOrder, { column: string; order: 'asc' | 'desc' }[]> = {
  id: [],
  price: [{ column: 'price', order: 'asc' }],
  name: [{ column: 'name_order', order: 'asc' }],
  newest: [{ column: 'introduced_on', order: 'desc' }],
};

/** One product that is not deleted. */
export async function productById(db: Knex, id: bigint): Promise<Product | undefined> {
  // A bigint, not text: the server compares a BIGINT with text as doubles.
  const [row] = await selectProducts(db).where({ id, deleted: 0 });
  return row && productOf(row);
}

/** One product that is not deleted, its SKU told apart by the column's collation. */
export async function productBySku(db: Knex, sku: string): Promise<Product | undefined> {
  const [row] = await selectProducts(db)
    .where('sku', db.raw('CONVERT(? USING latin1)', [sku]))
    .where({ deleted: 0 });
  return row && productOf(row);
}

/** One page of the products on show. */
export async function listProducts(db: Knex, query: ProductListQuery): Promise<ProductPage> {
  const { category, order, limit, offset } = query;
  const chosen = () => inCategory(db, onShow(db('products')), category);
  const [counted] = await chosen().count({ n: '*' });
  const rows = await inCategory(db, onShow(selectProducts(db)), category)
    .orderBy([...ORDERS[order], { column: 'id', order: 'asc' }])
    .limit(limit)
    .offset(offset);
  return { total: Number(counted?.n), products: rows.map(productOf) };
}

/** How many products on show are in a category. */
export async function countInCategory(db: Knex, category: number): Promise<number> {
  const [counted] = await inCategory(db, onShow(db('products')), category).count({ n: '*' });
  return Number(counted?.n);
}

function inCategory(db: Knex, query: Knex.QueryBuilder, category: number | undefined): Knex.QueryBuilder {
  if (category === undefined) return query;
  const members = db('product_categories').select('product_id').where('category_id', category);
  return query.whereIn('id', members);
}
