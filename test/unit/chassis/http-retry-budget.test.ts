import { expect } from 'chai';
import fc from 'fast-check';
import { backoff, createRetryBudget } from '../../../chassis/http/retry-budget.ts';

describe('retry budget', () => {
  it('affords at most its floor and its share of the calls, in any order of calls and retries', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const wants = fc.array(fc.boolean(), { maxLength: 500 });
    fc.assert(
      fc.property(share, fc.nat(5), wants, (part, floor, retries) => {
        const budget = createRetryBudget({ share: part, floor });
        let [calls, taken] = [0, 0];
        for (const wanted of retries) {
          if (wanted) taken += budget.take() ? 1 : 0;
          else {
            budget.attempt();
            calls += 1;
          }
          expect(taken).to.be.at.most(floor + part * calls + 1e-9);
        }
      }),
    );
  });

  it('affords its floor before any call', () => {
    const budget = createRetryBudget({ floor: 3 });
    expect([1, 2, 3, 4].map(() => budget.take())).to.deep.equal([true, true, true, false]);
  });

  it('saves up only a bounded number in a long quiet time', () => {
    const budget = createRetryBudget({ share: 0.2, floor: 3 });
    for (let call = 0; call < 100_000; call += 1) budget.attempt();
    let taken = 0;
    while (budget.take()) taken += 1;
    expect(taken).to.equal(30);
  });
});

describe('backoff', () => {
  it('lies from 0 up to a cap that doubles and then stays, for any number of attempts', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    fc.assert(
      fc.property(fc.nat(10_000), random, (attempt, drawn) => {
        const wait = backoff(attempt, () => drawn, { base: 50, cap: 1_000 });
        expect(wait)
          .to.be.at.least(0)
          .and.at.most(Math.min(1_000, 50 * 2 ** attempt));
      }),
    );
  });

  it('spreads over the whole of it', () => {
    expect([0, 0.5, 0.999].map((drawn) => Math.round(backoff(1, () => drawn)))).to.deep.equal([0, 50, 100]);
  });
});
