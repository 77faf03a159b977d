import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { TestProcess } from '../../support/processes.ts';
import { openShop, type Shop, startWriter } from './shop/shop.ts';
import { spawnWorker, type WorkerClient } from './shop/worker.ts';

type Spawned = WorkerClient & { process: TestProcess };

describe('workers that die', () => {
  let shop: Shop;
  let workers: Spawned[];
  const start = async () => {
    const worker = await spawnWorker(shop.configFile);
    workers.push(worker);
    return worker;
  };

  beforeEach(() => {
    workers = [];
  });
  afterEach(async () => {
    await Promise.all(workers.map(({ process }) => process.stop()));
    await shop?.close();
  });

  it('loses and doubles nothing when killed -9 during the copy', async function () {
    this.timeout(60_000);
    shop = await openShop({ chunkRows: 100 });
    await shop.fill(15_000);
    const writer = startWriter(shop.source);
    const first = await start();
    await first.post('copy');
    await first.untilView('some chunks', ({ copy }) => copy.chunks.done > 10);
    await first.process.stop('SIGKILL');
    const [done] = await shop.target.query<RowDataPacket[]>(
      "SELECT COUNT(*) AS n, SUM(state = 'pending') AS p FROM _sk_chunk",
    );
    expect(Number(done[0]!.p), 'chunks left when killed').to.be.greaterThan(0);
    const second = await start();
    await second.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp, 40_000);
    await writer.stop();
    expect(await second.verify()).to.include({ clean: true });
    const { copy } = await second.view();
    const [rows] = await shop.target.query<RowDataPacket[]>(
      'SELECT SUM(row_count) AS n, COUNT(*) AS chunks FROM _sk_chunk',
    );
    expect(copy.rows).to.equal(Number(rows[0]!.n));
    expect(copy.chunks.done).to.equal(Number(rows[0]!.chunks));
  });

  it('streams on in another worker within seconds when the holder is killed -9', async function () {
    this.timeout(60_000);
    shop = await openShop();
    await shop.fill(200);
    const [first, second] = [await start(), await start()];
    await first.post('copy');
    const before = await first.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp);
    const holder = workers.find(({ process }) => before.stream.holder!.includes(`/${process.pid}/`))!;
    const other = holder === first ? second : first;
    const writer = startWriter(shop.source);
    await holder.untilView('some changes', ({ stream }) => stream.applied > 20);
    await holder.process.stop('SIGKILL');
    const killed = Date.now();
    const after = await other.untilView(
      'another holder',
      ({ stream }) => stream.holder !== before.stream.holder,
      30_000,
    );
    expect(Date.now() - killed, 'milliseconds without a holder').to.be.lessThan(15_000);
    expect(after.stream.epoch).to.be.greaterThan(before.stream.epoch);
    await writer.stop();
    expect(await other.verify()).to.include({ clean: true });
  });

  it('has one stream: a holder that was stopped and wakes up again is fenced out', async function () {
    this.timeout(60_000);
    shop = await openShop();
    await shop.fill(200);
    const [first, second] = [await start(), await start()];
    await first.post('copy');
    const before = await first.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp);
    const holder = workers.find(({ process }) => before.stream.holder!.includes(`/${process.pid}/`))!;
    const other = holder === first ? second : first;
    holder.process.child.kill('SIGSTOP');
    const taken = await other.untilView(
      'another holder',
      ({ stream }) => stream.holder !== before.stream.holder,
      30_000,
    );
    const writer = startWriter(shop.source);
    await other.untilView(
      'changes by the new holder',
      ({ stream }) => stream.applied > taken.stream.applied + 20,
    );
    holder.process.child.kill('SIGCONT');
    await holder.process.line(/"stream ended".*"why":"fenced"/, 20_000);
    await writer.stop();
    const after = await other.view();
    expect(after.stream.holder).to.equal(taken.stream.holder);
    expect(await other.verify()).to.include({ clean: true });
  });

  it('leaves cleanly on SIGTERM, and the next worker goes on from the committed position', async function () {
    this.timeout(60_000);
    shop = await openShop();
    await shop.fill(200);
    const first = await start();
    await first.post('copy');
    await first.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp);
    expect(await first.process.stop('SIGTERM')).to.equal(0);
    await shop.source.query('UPDATE itm SET itm_prc = itm_prc + 1');
    const second = await start();
    await second.untilView(
      'the changes made meanwhile',
      ({ stream, caughtUp }) => caughtUp && stream.applied >= 200,
    );
    expect(await second.verify()).to.include({ clean: true });
  });
});
