/** The mapping of the tests' small shop: two tables, one with children, one with a composite key. */
import { cents, defineMapping, defineTable, idList, integer, letters, text } from 'strangler-kit/acl';

const items = defineTable({
  source: 'itm',
  target: 'items',
  key: { source: 'itm_id', target: 'id' },
  columns: [
    { source: 'itm_id', target: 'id', codec: integer('BIGINT UNSIGNED') },
    { source: 'itm_sku', target: 'sku', codec: text({ max: 32, charset: 'latin1' }) },
    { source: 'itm_prc', target: 'price', codec: cents({ scale: 2, digits: 10 }) },
    { source: 'itm_sts', target: 'status', codec: letters({ A: 'active', D: 'gone' }) },
  ],
  children: [
    {
      target: 'item_tags',
      source: 'itm_tags',
      parent: 'item_id',
      key: ['item_id', 'position'],
      columns: ['item_id', 'position', 'tag_id'],
      codec: idList({ id: 'tag_id', position: 'position' }),
      inexact: true,
    },
  ],
  residue: { target: 'residue' },
});

const stock = defineTable({
  source: 'stk',
  target: 'stock',
  key: { source: ['itm_id', 'plc'], target: ['item_id', 'place'] },
  columns: [
    { source: 'itm_id', target: 'item_id', codec: integer('BIGINT UNSIGNED') },
    { source: 'plc', target: 'place' },
    { source: 'qty', target: 'quantity', codec: integer('INT') },
  ],
});

export default defineMapping({ name: 'shop', version: 1, tables: [items, stock] });
