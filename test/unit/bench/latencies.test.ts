import { expect } from 'chai';
import { percentileOf } from '../../../bench/facade/latencies.ts';

describe('A percentile of latencies', () => {
  it('is the one of the nearest rank, in whatever order they came', () => {
    const latencies = Array.from({ length: 200 }, (_, index) => ((index * 77) % 200) + 1);
    expect(percentileOf(0.99, latencies)).to.equal(198);
    expect(percentileOf(0.5, latencies)).to.equal(100);
    expect(percentileOf(0, [3, 1, 2])).to.equal(1);
    expect(percentileOf(1, [3, 1, 2])).to.equal(3);
  });

  it('is not a number where there are none', () => {
    expect(percentileOf(0.99, [])).to.be.NaN;
  });
});
