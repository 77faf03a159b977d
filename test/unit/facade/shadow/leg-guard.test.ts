import { expect } from 'chai';
import { LegGuard } from '../../../../facade/shadow/leg-guard.ts';

describe('The guard of a side that is asked for comparisons', () => {
  let now: number;
  let guard: LegGuard;
  beforeEach(() => {
    now = 0;
    guard = new LegGuard('service of a', 100, () => now);
  });
  afterEach(() => guard.close());

  /** Lets so many calls through that go this way; the number of those that it let. */
  const calls = (count: number, how: 'succeeded' | 'failed') => {
    let passed = 0;
    for (let index = 0; index < count; index += 1) {
      const call = guard.begin();
      if (call === undefined) continue;
      passed += 1;
      call[how]();
    }
    return passed;
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('lets everything through while nothing fails', () => {
    expect([calls(1_000, 'succeeded'), guard.admits]).to.deep.equal([1_000, true]);
  });

  it('spares the side once it fails, the calls that were begun in calm among those that count', async () => {
    const begun = Array.from({ length: 20 }, () => guard.begin()!);
    for (const call of begun) call.failed();
    await settled();
    expect([guard.admits, guard.begin()]).to.deep.equal([false, undefined]);
  });

  it('goes on where few of many fail', async () => {
    calls(1, 'failed');
    for (let round = 0; round < 40; round += 1) {
      calls(2, 'succeeded');
      calls(1, 'failed');
      await settled();
    }
    expect(guard.admits).to.equal(true);
  });

  it('forgets what failed long ago', async () => {
    calls(19, 'failed');
    await settled();
    now += 10_001;
    expect(calls(1, 'failed')).to.equal(1);
    await settled();
    expect(guard.admits).to.equal(true);
  });
});
