import { expect } from 'chai';
import { Places, type Waiter } from '../../../../facade/upstreams/places.ts';
import { until } from '../../../support/wait.ts';

describe('Places', () => {
  const settings = { concurrency: 2, queue: 2, queueTimeout: 60_000 };
  const someone = () => {
    const seen: string[] = [];
    const waiter: Waiter = {
      entered: () => void seen.push('entered'),
      refused: (error) => void seen.push((error as Error & { code: string }).code),
    };
    return { seen, waiter };
  };

  it('are so many; then comes the queue, in order, and then nobody', () => {
    const places = new Places('u', settings);
    const all = Array.from({ length: 5 }, someone);
    for (const { waiter } of all) places.enter(waiter);
    expect(all.map(({ seen }) => seen.join())).to.deep.equal(['entered', 'entered', '', '', 'UPSTREAM_BUSY']);
    expect([places.active, places.waiting]).to.deep.equal([2, 2]);
    places.leave();
    expect(all.map(({ seen }) => seen.join()).slice(2, 4)).to.deep.equal(['entered', '']);
    for (let left = 3; left > 0; left -= 1) places.leave();
    expect([places.active, places.waiting, all[3]!.seen.join()]).to.deep.equal([0, 0, 'entered']);
  });

  it('go to the next when one in the queue has left', () => {
    const places = new Places('u', { ...settings, concurrency: 1 });
    const [first, second, third] = [someone(), someone(), someone()];
    for (const { waiter } of [first, second, third]) places.enter(waiter);
    places.withdraw(second.waiter);
    places.leave();
    expect([second.seen.join(), third.seen.join()]).to.deep.equal(['', 'entered']);
  });

  it('are waited for so long and no longer', async () => {
    const places = new Places('u', { concurrency: 1, queue: 1, queueTimeout: 20 });
    const [first, second] = [someone(), someone()];
    for (const { waiter } of [first, second]) places.enter(waiter);
    await until(() => second.seen.length > 0);
    expect(second.seen).to.deep.equal(['UPSTREAM_BUSY']);
    expect([places.active, places.waiting]).to.deep.equal([1, 0]);
  });
});
