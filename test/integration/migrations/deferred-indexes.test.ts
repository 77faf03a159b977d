import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { PlanView } from '../../../migrations/worker/views.ts';
import type { TestProcess } from '../../support/processes.ts';
import { createUser, type TestUser } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { openShop, type Shop, type ShopOptions, startWriter } from './shop/shop.ts';
import { openWorker, spawnWorker, type WorkerClient } from './shop/worker.ts';

const ALL = ['by `sku', 'by_price', 'by_tag'];

describe('the secondary indexes of the target', () => {
  let shop: Shop;
  let definitions: string[];
  let held: PoolConnection[];
  let ends: (() => Promise<unknown>)[];

  beforeEach(() => {
    held = [];
    ends = [];
  });
  afterEach(async () => {
    await Promise.all(held.map(release));
    for (const end of ends.reverse()) await end();
    await shop?.close();
  });

  async function open(options: ShopOptions = {}, items = 500): Promise<void> {
    shop = await openShop(options);
    await shop.fill(items);
    definitions = await keyLines();
  }
  async function spawned(): Promise<WorkerClient & { process: TestProcess }> {
    const worker = await spawnWorker(shop.configFile);
    ends.push(() => worker.process.stop());
    return worker;
  }
  async function opened(): Promise<WorkerClient> {
    const worker = await openWorker(shop.configFile);
    ends.push(() => worker.close());
    return worker;
  }
  /** Holds what the statements touch until released. */
  async function hold(...statements: string[]): Promise<PoolConnection> {
    const connection = await shop.target.getConnection();
    held.push(connection);
    await connection.beginTransaction();
    for (const statement of statements) await connection.query(statement);
    return connection;
  }
  async function release(connection: PoolConnection): Promise<void> {
    if (!held.includes(connection)) return;
    held = held.filter((one) => one !== connection);
    await connection.rollback();
    connection.destroy();
  }
  async function keyLines(): Promise<string[]> {
    const lines: string[] = [];
    for (const table of ['items', 'item_tags', 'stock']) {
      const [rows] = await shop.target.query<RowDataPacket[]>(`SHOW CREATE TABLE ${table}`);
      lines.push(
        ...String(rows[0]!['Create Table'])
          .split('\n')
          .filter((line) => line.includes('KEY')),
      );
    }
    return lines.map((line) => line.replace(/,$/, '')).sort();
  }
  async function plainKeys(): Promise<string[]> {
    const [rows] = await shop.target.query<RowDataPacket[]>(
      `SELECT DISTINCT INDEX_NAME AS name FROM information_schema.STATISTICS
       WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 1 AND LEFT(TABLE_NAME, 4) <> '_sk_' ORDER BY name`,
    );
    return rows.map(({ name }) => name as string);
  }
  async function owed(): Promise<string[]> {
    const [rows] = await shop.target.query<RowDataPacket[]>(
      'SELECT name FROM _sk_deferred_key ORDER BY name',
    );
    return rows.map(({ name }) => name as string);
  }
  async function expectWhole(worker: WorkerClient): Promise<void> {
    await worker.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp, 30_000);
    expect(await keyLines()).to.deep.equal(definitions);
    expect(await owed()).to.deep.equal([]);
    expect(await worker.verify()).to.include({ clean: true, rows: 1_500 });
  }
  /** Wants a copy and holds it, paused, where its keys are gone and no row is there. */
  async function begin(worker: WorkerClient): Promise<void> {
    const reader = await noted(worker);
    await worker.post('pause');
    await release(reader);
    await dropped();
    await worker.untilView('chunks', ({ copy }) => copy.chunks.total > 0);
  }
  /** Wants a copy and holds it where its keys are noted and not dropped: behind a reader of the tables. */
  async function noted(worker: WorkerClient): Promise<PoolConnection> {
    const reader = await hold('SELECT 1 FROM items LIMIT 1', 'SELECT 1 FROM item_tags LIMIT 1');
    await worker.post('copy');
    await until(async () => (await owed()).length > 0, { what: 'noted keys' });
    return reader;
  }
  const dropped = () => until(async () => (await plainKeys()).length === 0, { what: 'dropped keys' });

  it('are away during the copy, built exactly as they were at its end, and only then the stream starts', async () => {
    await open();
    const worker = await opened();
    await begin(worker);
    expect(await owed()).to.deep.equal(ALL);
    // The place of another worker that builds them.
    const builder = await hold("SELECT GET_LOCK(CONCAT('sk-keys-', MD5(CONCAT(DATABASE(), '/shop'))), 5)");
    await worker.post('resume');
    const view = await worker.untilView('building', ({ copy }) => copy.indexes.building);
    expect(view).to.include({ state: 'copying', caughtUp: false });
    expect(view.copy.indexes).to.deep.equal({ deferred: 3, building: true });
    expect(
      (await shop.target.query<RowDataPacket[]>('SHOW KEYS FROM items WHERE Non_unique = 0'))[0],
    ).to.have.length(2);
    await release(builder);
    await expectWhole(worker);
    expect((await worker.view()).copy.indexes).to.deep.equal({ deferred: 0, building: false });
  });

  it('come back when the worker is killed -9 after noting them, before dropping them', async function () {
    this.timeout(60_000);
    await open();
    const worker = await spawned();
    const reader = await noted(worker);
    expect(await plainKeys()).to.deep.equal(ALL);
    await worker.process.stop('SIGKILL');
    await release(reader);
    await expectWhole(await spawned());
  });

  it('come back when the worker is killed -9 after dropping them, before the copy began', async function () {
    this.timeout(60_000);
    await open();
    const worker = await spawned();
    const reader = await noted(worker);
    const state = await hold('SELECT * FROM _sk_checkpoint FOR UPDATE');
    await release(reader);
    await dropped();
    await worker.process.stop('SIGKILL');
    expect(await phase()).to.equal('preparing');
    await release(state);
    await expectWhole(await spawned());
  });

  it('come back when the worker is killed -9 while it builds them', async function () {
    this.timeout(60_000);
    await open();
    const worker = await spawned();
    await begin(worker);
    const reader = await hold('SELECT 1 FROM items LIMIT 1', 'SELECT 1 FROM item_tags LIMIT 1');
    await worker.post('resume');
    await worker.untilView('building', ({ copy }) => copy.indexes.building);
    await waitingAlter();
    await worker.process.stop('SIGKILL');
    const second = await spawned();
    expect((await second.view()).state).to.equal('copying');
    await release(reader);
    await expectWhole(second);
  });

  it('are forgotten once when the worker is killed -9 after building them, with two workers at hand', async function () {
    this.timeout(60_000);
    await open();
    const worker = await spawned();
    await begin(worker);
    const debts = await hold('SELECT * FROM _sk_deferred_key FOR UPDATE');
    await worker.post('resume');
    await until(async () => (await plainKeys()).includes('by_tag'), { what: 'built keys' });
    await worker.process.stop('SIGKILL');
    expect(await owed()).to.deep.equal(ALL);
    const [second] = [await spawned(), await spawned()];
    await release(debts);
    await expectWhole(second!);
  });

  it('keep a copy whose indexes cannot be built failed with words, until the copy is wanted again', async () => {
    await open();
    await shop.target.query('ALTER TABLE items ADD COLUMN note INT NULL, ADD KEY by_note (note)');
    definitions = await keyLines();
    const worker = await opened();
    await begin(worker);
    await shop.target.query('ALTER TABLE items DROP COLUMN note');
    await worker.post('resume');
    const { error } = await worker.untilView('the copy to fail', ({ state }) => state === 'failed');
    expect(error).to.match(/by_note.*items cannot be built again.*note.*strangler data copy GROUP/s);
    const { chunks } = (await worker.view()).copy;
    expect(chunks.done).to.equal(chunks.total);
    expect((await worker.post('stream')).status).to.equal(409);
    await shop.target.query('ALTER TABLE items ADD COLUMN note INT NULL');
    expect((await worker.post('copy')).status).to.equal(202);
    await expectWhole(worker);
  });

  it('come back after a fresh copy that interrupts another one', async function () {
    this.timeout(60_000);
    await open({ chunkRows: 100 }, 500);
    const worker = await opened();
    await begin(worker);
    await worker.post('resume');
    const writer = startWriter(shop.source);
    expect((await worker.post('copy', { fresh: true })).status).to.equal(202);
    await worker.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp, 30_000);
    await writer.stop();
    expect(await keyLines()).to.deep.equal(definitions);
    expect(await worker.verify()).to.include({ clean: true });
  });

  it('stay where they are when deferring is off', async () => {
    await open({ deferIndexes: false });
    const worker = await opened();
    const reader = await hold('SELECT 1 FROM items LIMIT 1', 'SELECT 1 FROM item_tags LIMIT 1');
    await worker.post('copy');
    // An ALTER would wait for this reader, and the copy with it.
    await worker.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp);
    await release(reader);
    expect(await keyLines()).to.deep.equal(definitions);
  });

  it('stay with a warning when the user may not alter, and the copy works', async () => {
    await open();
    const { name, url } = shop.targetDb;
    const user: TestUser = await createUser('writer', [
      `SELECT, INSERT, UPDATE, DELETE, CREATE ON ${name}.*`,
    ]);
    ends.push(() => user.drop());
    const config = await readFile(shop.configFile, 'utf8');
    await writeFile(shop.configFile, config.replace(url, user.url(name)));
    const worker = await opened();
    const plan = (await (await worker.post('plan')).json()) as PlanView;
    const rights = plan.findings.filter(({ id }) => id === 'target-indexes');
    expect(rights.map(({ level, table }) => [level, table])).to.deep.equal([
      ['warning', 'items'],
      ['warning', 'item_tags'],
    ]);
    await worker.post('copy');
    await expectWhole(worker);
  });

  async function phase(): Promise<string> {
    const [rows] = await shop.target.query<RowDataPacket[]>('SELECT phase FROM _sk_checkpoint');
    return rows[0]!.phase;
  }
  function waitingAlter(): Promise<unknown> {
    return until(
      async () => {
        const [rows] = await shop.target.query<RowDataPacket[]>(
          "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE 'ALTER TABLE%ADD KEY%'",
        );
        return rows.length > 0;
      },
      { what: 'an ALTER that waits' },
    );
  }
});
