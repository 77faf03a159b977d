/** Pure. The demo's catalog: tbl_prod and tbl_cat of the monolith ↔ the catalog service's own tables. */
import {
  cents,
  decimal,
  defineMapping,
  defineTable,
  double,
  flag,
  idList,
  integer,
  jsonText,
  letters,
  nullable,
  optionalId,
  text,
  yyyymmdd,
  zeroDate,
} from 'strangler-kit/acl';

const products = defineTable({
  source: 'tbl_prod',
  target: 'products',
  key: { source: 'prd_id', target: 'id' },
  columns: [
    { source: 'prd_id', target: 'id', codec: integer('BIGINT UNSIGNED') },
    { source: 'prd_sku', target: 'sku', codec: text({ max: 32, charset: 'latin1' }) },
    { source: 'prd_nm', target: 'name', codec: text({ max: 120, charset: 'latin1' }) },
    { source: 'prd_dsc', target: 'description', codec: text({ max: 65_535, charset: 'latin1' }) },
    { source: 'prd_prc', target: 'price', codec: cents({ scale: 2, digits: 10 }) },
    { source: 'prd_lst_prc', target: 'list_price', codec: nullable(decimal([12, 4])) },
    {
      source: 'prd_sts',
      target: 'status',
      codec: letters({ A: 'active', D: 'discontinued', P: 'preview' }),
    },
    { source: 'prd_act', target: 'active', codec: flag() },
    { source: 'prd_del', target: 'deleted', codec: flag() },
    { source: 'prd_new_dt', target: 'introduced_on', codec: yyyymmdd() },
    { source: 'prd_upd', target: 'updated_at', codec: zeroDate({ fraction: 6 }) },
    { source: 'prd_attr', target: 'attributes', codec: jsonText({ empty: 'null' }) },
    { source: 'prd_wgt', target: 'weight', codec: nullable(double()) },
  ],
  children: [
    {
      target: 'product_categories',
      source: 'cat_ids',
      parent: 'product_id',
      key: ['product_id', 'position'],
      columns: ['product_id', 'position', 'category_id'],
      codec: idList({ id: 'category_id', position: 'position' }),
      inexact: true,
    },
  ],
  residue: { target: 'legacy_residue' },
});

const categories = defineTable({
  source: 'tbl_cat',
  target: 'categories',
  key: { source: 'cat_id', target: 'id' },
  columns: [
    { source: 'cat_id', target: 'id', codec: integer('INT') },
    { source: 'cat_par', target: 'parent_id', codec: optionalId() },
    { source: 'cat_nm', target: 'name', codec: text({ max: 80, charset: 'latin1' }) },
    { source: 'cat_srt', target: 'sort_order', codec: integer('SMALLINT') },
    { source: 'cat_vis', target: 'visible', codec: flag() },
  ],
});

export default defineMapping({ name: 'catalog', version: 1, tables: [products, categories] });
