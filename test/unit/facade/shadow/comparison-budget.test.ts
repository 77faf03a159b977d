import { expect } from 'chai';
import fc from 'fast-check';
import { ComparisonBudget } from '../../../../facade/shadow/comparison-budget.ts';

describe('The budget of comparisons', () => {
  /** A budget whose 250 ms of the start are used up, and nothing more. */
  const spent = () => {
    const budget = new ComparisonBudget(0, 0);
    for (let count = 0; count < 1_000; count += 1) budget.charge(0.1);
    return budget;
  };

  /** How many pieces that take so long themselves it has room for. */
  const roomFor = (budget: ComparisonBudget, ms: number) => {
    let count = 0;
    for (; !budget.isUsedUp; count += 1) budget.charge(ms);
    return count;
  };

  it('has a quarter of a second at the start, and charges with each piece what its call costs in the kernel', () => {
    expect(roomFor(new ComparisonBudget(0, 0), 0.02)).to.equal(1_924); // 1.5 x 0.02 and 0.1 each
  });

  it('earns a fiftieth of the time where the loop is idle', () => {
    const budget = spent();
    budget.earn(99, 99);
    expect(roomFor(budget, 0.1)).to.equal(8); // 1.98 ms for 0.25 each
  });

  it('earns with the square of the idle part of it', () => {
    const budget = spent();
    budget.earn(250, 150);
    expect(roomFor(budget, 0.1)).to.equal(8); // 250 ms x 0.02 x 0.36 = 1.8 ms
  });

  it('earns a two-hundredth where the loop is less than half idle', () => {
    const budget = spent();
    budget.earn(399, 190);
    expect(roomFor(budget, 0.1)).to.equal(8);
  });

  it('earns no more than 2 ms in advance once those of the start are used up', () => {
    const budget = spent();
    budget.earn(60_000, 60_000);
    expect(roomFor(budget, 0.102)).to.equal(8); // 0.253 each
  });

  it('takes the idle part of 20 ms and more, as a single turn of the loop is all busy or all idle', () => {
    const budget = spent();
    budget.earn(19.9, 19.9);
    expect(budget.isUsedUp).to.equal(true);
    budget.earn(100, 50);
    expect(roomFor(budget, 0.1)).to.equal(2); // half idle: 0.5 ms
  });

  it('keeps what it has of the start however long nothing is to be done', () => {
    const budget = new ComparisonBudget(0, 0);
    budget.earn(60_000, 60_000);
    expect(roomFor(budget, 0.302)).to.equal(453);
  });

  it('takes a piece that took long for one of 100 ms', () => {
    const budget = spent();
    budget.charge(10_000);
    budget.earn(4_999, 4_999);
    expect(budget.isUsedUp).to.equal(true);
    budget.earn(5_030, 5_030);
    expect(budget.isUsedUp).to.equal(false);
  });

  it('is the same however often time is counted, where the loop is idle for the same part of it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 50 }), (steps) => {
        const [often, once] = [spent(), spent()];
        let now = 0;
        for (const step of steps) {
          now += step / 50;
          often.earn(now, now * 0.75);
        }
        // So that the last step is counted.
        now += 20;
        for (const budget of [often, once]) budget.earn(now, now * 0.75);
        expect(Math.abs(roomFor(often, 0) - roomFor(once, 0))).to.be.at.most(1);
      }),
    );
  });
});
