import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { asAdmin } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { openShop, type Shop, startWriter } from './shop/shop.ts';
import { openWorker, type WorkerClient } from './shop/worker.ts';

describe('trouble at the source', () => {
  let shop: Shop;
  let worker: WorkerClient & { close(): Promise<void> };

  beforeEach(async () => {
    shop = await openShop();
    await shop.fill(100);
    worker = await openWorker(shop.configFile);
    await worker.post('copy');
    await worker.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp);
  });
  afterEach(async () => {
    await worker.close();
    await shop.close();
  });

  const readers = async (): Promise<number[]> => {
    const [rows] = await shop.source.query<RowDataPacket[]>(
      "SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND = 'Binlog Dump' AND DB = ?",
      [shop.sourceDb.name],
    );
    return rows.map(({ ID }) => Number(ID));
  };

  it('reads on from the committed position when the server ends the reading connection, again and again', async () => {
    const writer = startWriter(shop.source);
    for (let part = 0; part < 3; part++) {
      const [id] = await until(async () => ((await readers()).length > 0 ? readers() : undefined), {
        what: 'a reader',
      });
      const { stream } = await worker.view();
      await asAdmin(`KILL ${id}`).catch(() => {});
      await worker.untilView('more changes', (view) => view.stream.applied > stream.applied + 10);
    }
    await writer.stop();
    expect((await worker.view()).state).to.equal('caught-up');
    expect(await worker.verify()).to.include({ clean: true });
  });

  it('reads over the end of a binlog file into the next one', async () => {
    const writer = startWriter(shop.source);
    const before = (await worker.view()).position!;
    await asAdmin('FLUSH BINARY LOGS');
    await asAdmin('FLUSH BINARY LOGS');
    await worker.untilView(
      'the next file',
      ({ position }) => position!.split(':')[0]! > before.split(':')[0]!,
    );
    await writer.stop();
    expect(await worker.verify()).to.include({ clean: true });
  });

  it('moves on when only other tables change, and is not behind then', async () => {
    const before = (await worker.view()).position!;
    for (let count = 0; count < 5; count++) await shop.source.query("INSERT INTO other (note) VALUES ('x')");
    const view = await worker.untilView(
      'the position to move',
      ({ position, lagSeconds }) => position !== before && lagSeconds === 0,
    );
    expect(view.stream.applied).to.equal(0);
  });

  it('says that changes were missed when the source no longer has the binlog it needs', async () => {
    await worker.close();
    await asAdmin('FLUSH BINARY LOGS');
    const [rows] = await shop.source.query<RowDataPacket[]>('SHOW MASTER STATUS');
    await until(
      async () => {
        await asAdmin(`PURGE BINARY LOGS TO '${rows[0]!.File}'`);
        const [files] = await shop.source.query<RowDataPacket[]>('SHOW BINARY LOGS');
        return files.length === 1;
      },
      { what: 'the purge' },
    );
    worker = await openWorker(shop.configFile);
    const view = await worker.untilView('the stream to stop', ({ state }) => state === 'failed');
    expect(view.error).to.match(/no longer has/);
  });
});
