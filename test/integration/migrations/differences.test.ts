import { expect } from 'chai';
import { openShop, type Shop } from './shop/shop.ts';
import { openWorker, type WorkerClient } from './shop/worker.ts';

const FIRST = '9007199254740993';

describe('what verify finds, and what quarantine keeps', () => {
  let shop: Shop;
  let worker: WorkerClient & { close(): Promise<void> };

  before(async () => {
    shop = await openShop();
    await shop.fill(300);
    worker = await openWorker(shop.configFile);
    await shop.source.query("UPDATE itm SET itm_sts = 'X' WHERE itm_id = ?", [idOf(7)]);
    await worker.post('copy');
    await worker.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp);
  });
  after(async () => {
    await worker?.close();
    await shop?.close();
  });

  it('keeps a row with an unknown letter in quarantine, counts and names it, and calls the group unclean', async () => {
    const { quarantine } = await worker.view();
    expect(quarantine.count).to.equal(1);
    expect(quarantine.samples[0]).to.include({ table: 'itm', column: 'itm_sts', key: `["${idOf(7)}"]` });
    expect(quarantine.samples[0]!.message).to.include('found "X"');
    const verified = await worker.verify();
    expect(verified).to.include({
      rows: 900,
      equal: 899,
      quarantined: 1,
      missing: 0,
      different: 0,
      clean: false,
    });
  });

  it('releases the row once a good version of it arrives', async () => {
    await shop.source.query("UPDATE itm SET itm_sts = 'A' WHERE itm_id = ?", [idOf(7)]);
    await worker.untilView('an empty quarantine', ({ quarantine }) => quarantine.count === 0);
    expect(await worker.verify()).to.include({ quarantined: 0, clean: true });
  });

  it('takes a row out of the target when its new version cannot be carried', async () => {
    await shop.source.query("UPDATE itm SET itm_sts = '?' WHERE itm_id = ?", [idOf(8)]);
    await worker.untilView('the row in quarantine', ({ quarantine }) => quarantine.count === 1);
    const [rows] = await shop.target.query('SELECT * FROM items WHERE id = ?', [idOf(8)]);
    expect(rows).to.have.length(0);
    const [tags] = await shop.target.query('SELECT * FROM item_tags WHERE item_id = ?', [idOf(8)]);
    expect(tags).to.have.length(0);
    await shop.source.query('DELETE FROM itm WHERE itm_id = ?', [idOf(8)]);
    await worker.untilView('an empty quarantine', ({ quarantine }) => quarantine.count === 0);
  });

  it('finds a changed value, a missing row, an extra row and a lost child, by table, key and column', async () => {
    await shop.target.query('UPDATE items SET price = 12.34 WHERE id = ?', [idOf(20)]);
    await shop.target.query('DELETE FROM items WHERE id = ?', [idOf(21)]);
    await shop.target.query("INSERT INTO items VALUES (5, 'extra', 1, 'gone', NULL)");
    await shop.target.query('DELETE FROM item_tags WHERE item_id = ? AND position = 1', [idOf(22)]);
    await shop.target.query("UPDATE stock SET place = 'QQ' WHERE item_id = ? AND place = 'AA'", [idOf(23)]);
    await shop.target.query('INSERT INTO item_tags VALUES (77, 0, 1)');
    const verified = await worker.verify();
    expect(verified).to.include({ clean: false, missing: 2, different: 2, extra: 3 });
    const samples = verified.samples.map(({ table, kind, key, column }) => [table, kind, key, column ?? '']);
    expect(samples).to.deep.include.members([
      ['items', 'different', `["${idOf(20)}"]`, 'price'],
      ['items', 'missing', `["${idOf(21)}"]`, ''],
      ['items', 'extra', '["5"]', ''],
      ['item_tags', 'missing', `["${idOf(22)}","1"]`, ''],
      ['item_tags', 'extra', '["77","0"]', ''],
      ['stock', 'missing', `["${idOf(23)}","AA"]`, ''],
      ['stock', 'extra', `["${idOf(23)}","QQ"]`, ''],
    ]);
    const price = verified.samples.find(({ column }) => column === 'price');
    expect(price).to.include({ target: '"12.34"' });
  });

  it('never overwrites another row that holds a unique value: the newcomer goes to quarantine', async () => {
    await shop.target.query("INSERT INTO items VALUES (6, 'taken', 1, 'gone', NULL)");
    await shop.source.query(
      "INSERT INTO itm (itm_id, itm_sku, itm_prc) VALUES (1000, 'taken', 3), (1001, 'free', 4)",
    );
    const { quarantine } = await worker.untilView(
      'the newcomer in quarantine',
      (view) => view.quarantine.count === 1,
    );
    expect(quarantine.samples[0]!.message).to.match(/Duplicate entry 'taken'/);
    const [rows] = await shop.target.query('SELECT id FROM items WHERE id IN (6, 1000, 1001) ORDER BY id');
    expect(rows).to.deep.equal([{ id: '6' }, { id: '1001' }]);
  });
});

/** fill() gives consecutive ids; BIGINT arithmetic, since numbers would round. */
function idOf(index: number): string {
  return String(BigInt(FIRST) + BigInt(index));
}
