/** Products whose name or SKU contains a text, told by the collation that clients know. */
import type { Knex } from 'strangler-kit/chassis';
import { onShow, productOf, selectProducts } from '../products/columns.ts';
import type { ProductPage } from '../products/model.ts';

/** One page of hits by name. */
export async function searchProducts(
  db: Knex,
  { text, limit, offset }: { text: string; limit: number; offset: number },
): Promise<ProductPage> {
  const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const matching = (query: Knex.QueryBuilder) =>
    onShow(query).whereRaw('(name_order LIKE CONVERT(? USING latin1) OR sku LIKE CONVERT(? USING latin1))', [
      like,
      like,
    ]);
  const [counted] = await matching(db('products')).count({ n: '*' });
  const rows = await matching(selectProducts(db)).orderBy(['name_order', 'id']).limit(limit).offset(offset);
  return { total: Number(counted?.n), products: rows.map(productOf) };
}
