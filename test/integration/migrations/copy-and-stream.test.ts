import { expect } from 'chai';
import { openShop, type Shop, startWriter } from './shop/shop.ts';
import { openWorker, type WorkerClient } from './shop/worker.ts';

describe('copy and stream while the source is written to', () => {
  let shop: Shop;
  let worker: WorkerClient & { close(): Promise<void> };

  before(async () => {
    shop = await openShop({ chunkRows: 100 });
    await shop.fill(2_000);
    worker = await openWorker(shop.configFile);
  });
  after(async () => {
    await worker?.close();
    await shop?.close();
  });

  it('copies, catches up and is equal, with a writer running the whole time', async () => {
    const writer = startWriter(shop.source);
    try {
      expect((await worker.view()).state).to.equal('new');
      expect((await worker.post('copy')).status).to.equal(202);
      await worker.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp);
      const during = await worker.verify();
      expect(during).to.include({ different: 0, missing: 0, extra: 0, quarantined: 0, clean: true });
      expect(during.rows).to.be.greaterThan(5_000);
    } finally {
      expect(await writer.stop()).to.be.greaterThan(20);
    }
    expect(await worker.verify()).to.include({
      different: 0,
      missing: 0,
      extra: 0,
      quarantined: 0,
      clean: true,
    });
    const view = await worker.view();
    expect(view.state).to.equal('caught-up');
    expect(view.copy.chunks.done).to.equal(view.copy.chunks.total);
    expect(view.copy.chunks.total).to.be.greaterThan(50);
    expect(view.stream.applied).to.be.greaterThan(20);
  });
});
