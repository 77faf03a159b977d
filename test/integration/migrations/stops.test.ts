import { expect } from 'chai';
import { openShop, type Shop } from './shop/shop.ts';
import { openWorker, type WorkerClient } from './shop/worker.ts';

describe('what stops a stream', () => {
  let shop: Shop;
  let worker: WorkerClient & { close(): Promise<void> };

  beforeEach(async () => {
    shop = await openShop();
    await shop.fill(50);
    worker = await openWorker(shop.configFile);
    await worker.post('copy');
    await worker.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp);
  });
  afterEach(async () => {
    await worker.close();
    await shop.close();
  });

  const failed = () => worker.untilView('the stream to stop', ({ state }) => state === 'failed');

  it('stops at a change of a captured table and says which', async () => {
    await shop.source.query('ALTER TABLE itm MODIFY itm_prc BIGINT NOT NULL');
    expect((await failed()).error).to.match(/itm.*ALTER TABLE itm MODIFY itm_prc/s);
    expect((await worker.post('stream')).status).to.equal(202);
    expect((await failed()).error).to.match(/itm_prc was int\(11\) and is bigint\(20\)/);
  });

  it('goes on past changes of other tables, and past new indexes', async () => {
    await shop.source.query('ALTER TABLE other ADD COLUMN more INT');
    await shop.source.query('CREATE INDEX ix ON itm (itm_prc)');
    await shop.source.query('UPDATE itm SET itm_prc = 4711');
    await worker.untilView('the update', ({ stream }) => stream.applied >= 50);
    expect(await worker.verify()).to.include({ clean: true });
  });

  it('stops at a statement where rows were expected', async () => {
    const connection = await shop.source.getConnection();
    await connection.query("SET SESSION binlog_format = 'STATEMENT'");
    await connection.query('UPDATE itm SET itm_prc = 1');
    connection.destroy();
    expect((await failed()).error).to.match(/UPDATE itm SET itm_prc = 1/);
  });

  it('stops at a partial row image', async () => {
    const connection = await shop.source.getConnection();
    await connection.query("SET SESSION binlog_row_image = 'MINIMAL'");
    await connection.query('UPDATE itm SET itm_prc = 1');
    connection.destroy();
    expect((await failed()).error).to.match(/partial row of itm/);
  });

  it('stops at TRUNCATE, and a fresh copy begins again', async () => {
    await shop.source.query('TRUNCATE TABLE itm');
    expect((await failed()).error).to.match(/TRUNCATE TABLE itm/);
    expect((await worker.post('copy')).status).to.equal(409);
    expect((await worker.post('copy', { fresh: true })).status).to.equal(202);
    await worker.untilView('the fresh copy', ({ caughtUp }) => caughtUp);
    expect(await worker.verify()).to.include({ clean: true, rows: 100 });
  });

  it('rests while paused and goes on when resumed', async () => {
    await worker.post('pause');
    await worker.untilView('the pause', ({ state }) => state === 'paused');
    await worker.post('resume');
    await shop.source.query('UPDATE itm SET itm_prc = 4711');
    await worker.untilView('the update', ({ stream, caughtUp }) => caughtUp && stream.applied >= 50);
    expect(await worker.verify()).to.include({ clean: true });
  });
});
