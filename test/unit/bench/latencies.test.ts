import { expect } from 'chai';
import fc from 'fast-check';
import { countLatencies, percentileOf } from '../../../bench/facade/latencies.ts';

const ROUNDS = fc.array(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }), { minLength: 1 });

describe('A percentile of latencies that were counted', () => {
  it('is the nearest rank of all rounds together', () => {
    fc.assert(
      fc.property(ROUNDS, fc.integer({ min: 1, max: 100 }), (rounds, percent) => {
        const sorted = rounds.flat().sort((a, b) => a - b);
        const rank = sorted[Math.ceil((percent * sorted.length) / 100) - 1]!;
        const counted = rounds.map((hundredths) => countLatencies(hundredths.map((one) => one / 100)));
        expect(percentileOf(percent / 100, counted)).to.be.closeTo(rank / 100, 0.011);
      }),
    );
  });

  it('never calls a request faster than it was', () => {
    expect(percentileOf(0.5, [countLatencies([1.2345])])).to.equal(1.24);
  });
});
