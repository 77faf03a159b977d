import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { PlanView } from '../../../migrations/worker/views.ts';
import { asAdmin, createUser, type TestUser } from '../../support/services.ts';
import { openShop, type Shop } from './shop/shop.ts';
import { openWorker, type WorkerClient } from './shop/worker.ts';

describe('preflight', () => {
  let shop: Shop;
  let reader: TestUser | undefined;
  let worker: (WorkerClient & { close(): Promise<void> }) | undefined;

  afterEach(async () => {
    await worker?.close();
    await shop?.close();
    await reader?.drop();
    worker = undefined;
    reader = undefined;
  });

  async function plan(change: () => Promise<unknown> = async () => {}): Promise<PlanView> {
    shop = await openShop();
    await shop.fill(50);
    await change();
    worker = await openWorker(shop.configFile);
    return (await (await worker.post('plan')).json()) as PlanView;
  }

  const troubles = (view: PlanView) =>
    view.findings
      .filter(({ level }) => level !== 'ok')
      .map(({ id, level, table }) => [id, level, table ?? '']);

  it('passes a sound group, says how large it is, and calls it planned', async () => {
    const view = await plan();
    expect(troubles(view).filter(([, level]) => level === 'blocker')).to.deep.equal([]);
    expect(view.tables.map(({ table }) => table)).to.have.members(['itm', 'stk']);
    expect((await worker!.view()).state).to.equal('planned');
  });

  it('blocks what cannot be carried exactly, each with a remedy, and then refuses the copy', async () => {
    const view = await plan(async () => {
      await shop.source.query('ALTER TABLE stk DROP PRIMARY KEY');
      await shop.source.query(
        'ALTER TABLE itm DROP COLUMN itm_tags, MODIFY itm_sku VARCHAR(32) CHARACTER SET utf16',
      );
      await shop.target.query('ALTER TABLE items DROP COLUMN residue');
      await shop.target.query('DROP TABLE item_tags');
      await shop.target.query("INSERT INTO stock VALUES (1, 'A', 1)");
    });
    expect(troubles(view)).to.deep.include.members([
      ['primary-key', 'blocker', 'stk'],
      ['source-columns', 'blocker', 'itm'],
      ['column-types', 'blocker', 'itm'],
      ['target-columns', 'blocker', 'items'],
      ['target-table', 'blocker', 'item_tags'],
      ['target-empty', 'blocker', 'stock'],
    ]);
    for (const one of view.findings) if (one.level !== 'ok') expect(one.remedy).to.not.equal('');
    const refused = await worker!.post('copy');
    expect(refused.status).to.equal(409);
    expect(await refused.json()).to.include({ code: 'PREFLIGHT_BLOCKED' });
  });

  it('finds foreign keys that act without a trace in the binlog, though this user may only read', async () => {
    const view = await plan(async () => {
      await shop.source.query(
        `CREATE TABLE child (id INT PRIMARY KEY, itm_id BIGINT UNSIGNED NOT NULL,
           FOREIGN KEY (itm_id) REFERENCES itm (itm_id) ON DELETE CASCADE)`,
      );
      await shop.source.query(
        'ALTER TABLE stk ADD FOREIGN KEY (itm_id) REFERENCES itm (itm_id) ON DELETE CASCADE',
      );
      await readAsReader();
    });
    expect(troubles(view)).to.deep.include.members([
      ['fk-cascade', 'warning', 'itm'],
      ['fk-cascade', 'blocker', 'stk'],
    ]);
    expect(troubles(view).map(([id]) => id)).to.not.include('grant-replication');
  });

  it('names the rights that a reader lacks', async () => {
    const view = await plan(() => readAsReader([]));
    expect(troubles(view)).to.deep.include.members([
      ['grant-replication', 'blocker', ''],
      ['grant-binlog-monitor', 'blocker', ''],
    ]);
  });

  /** From now on the worker reads the source as a user with SELECT and the given global rights only. */
  async function readAsReader(global = ['REPLICATION SLAVE', 'BINLOG MONITOR']): Promise<void> {
    const { name, url } = shop.sourceDb;
    reader = await createUser('reader', [`SELECT ON ${name}.*`, ...global.map((right) => `${right} ON *.*`)]);
    const config = await readFile(shop.configFile, 'utf8');
    await writeFile(shop.configFile, config.replace(url, reader.url(name)));
  }

  it('blocks a source whose binlog is not in row format with full images', async () => {
    await asAdmin("SET GLOBAL binlog_format = 'MIXED'", "SET GLOBAL binlog_row_image = 'MINIMAL'");
    try {
      const view = await plan();
      expect(troubles(view)).to.deep.include.members([
        ['binlog-format', 'blocker', ''],
        ['binlog-row-image', 'blocker', ''],
      ]);
    } finally {
      await asAdmin("SET GLOBAL binlog_format = 'ROW'", "SET GLOBAL binlog_row_image = 'FULL'");
    }
  });
});
