/** How a product is read from its tables, in one statement, so that its parts are of one moment. */
import type { Knex } from 'strangler-kit/chassis';
import type { Product, ProductStatus } from './model.ts';

const CATEGORY_IDS = `(SELECT GROUP_CONCAT(c.category_id ORDER BY c.position)
  FROM product_categories c WHERE c.product_id = products.id) AS category_ids`;

const COLUMNS = [
  'id',
  'sku',
  'name',
  'description',
  'price',
  'list_price',
  'status',
  'active',
  'introduced_on',
  'updated_at',
  'attributes',
  'weight',
] as const;

/** A query for whole products; conditions and order are the caller's. */
export function selectProducts(db: Knex): Knex.QueryBuilder {
  return db('products').select(...COLUMNS, db.raw(CATEGORY_IDS));
}

/** Only what lists and search show: neither deleted nor inactive. */
export function onShow(query: Knex.QueryBuilder): Knex.QueryBuilder {
  return query.where({ deleted: 0, active: 1 });
}

interface ProductRow {
  id: string;
  sku: string;
  name: string;
  description: string;
  price: string;
  list_price: string | null;
  status: ProductStatus;
  active: number;
  introduced_on: string | null;
  updated_at: string | null;
  attributes: string | null;
  weight: number | null;
  category_ids: string | null;
}

/** A row of `selectProducts` as a product. */
export function productOf(row: ProductRow): Product {
  const { list_price, introduced_on, updated_at, category_ids, active, ...same } = row;
  return {
    ...same,
    listPrice: list_price,
    active: active === 1,
    introducedOn: introduced_on,
    updatedAt: updated_at,
    categoryIds: category_ids === null ? [] : category_ids.split(','),
  };
}
