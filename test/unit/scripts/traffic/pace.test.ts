import { expect } from 'chai';
import { startPace } from '../../../../scripts/traffic/pace.ts';
import { until } from '../../../support/wait.ts';

describe('the pace', () => {
  it('begins so many things a second', async () => {
    const began: number[] = [];
    const started = performance.now();
    const pace = startPace({ rate: 200, atOnce: 10, next: async () => void began.push(performance.now()) });
    await until(() => began.length >= 40, { what: '40 turns' });
    await pace.stop();
    expect(began[39]! - started).to.be.at.least(39 * 5 - 5);
  });

  it('never has more under way than allowed', async () => {
    let underWay = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const next = () => {
      underWay += 1;
      most = Math.max(most, underWay);
      return new Promise<void>((resolve) => release.push(resolve)).finally(() => (underWay -= 1));
    };
    const pace = startPace({ rate: 10_000, atOnce: 3, next });
    for (let turn = 0; turn < 20; turn += 1) {
      await until(() => release.length > 0, { interval: 1, what: 'something under way' });
      release.shift()!();
    }
    expect(most).to.equal(3);
    const stopped = pace.stop();
    await until(() => release.splice(0).map((end) => end()) && underWay === 0, {
      interval: 1,
      what: 'the rest to end',
    });
    await stopped;
  });

  it('waits for the last thing begun when it is stopped', async () => {
    let ended = false;
    let end = () => {};
    const next = async () => {
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      ended = true;
    };
    const pace = startPace({ rate: 1, atOnce: 5, next });
    const stopped = pace.stop().then(() => expect(ended).to.equal(true));
    end();
    await stopped;
  });

  it('begins nothing after it was stopped, and does not wait for the next turn', async () => {
    let turns = 0;
    // The next turn would be in a quarter of an hour: a stop that waits for it does not end within the test's time.
    const pace = startPace({ rate: 0.001, atOnce: 5, next: async () => void ++turns });
    await until(() => turns === 1, { what: 'the first turn' });
    await pace.stop();
    expect(turns).to.equal(1);
  });
});
