import { expect } from 'chai';
import fc from 'fast-check';
import { slowStartWeight } from '../../../../facade/upstreams/slow-start.ts';

describe('slow start', () => {
  it('grows evenly from a tenth to the whole', () => {
    expect(
      [0, 500, 1_000, 5_000, 9_999, 10_000, 1e9].map((age) => slowStartWeight(age, 10_000)),
    ).to.deep.equal([0.1, 0.1, 0.1, 0.5, 0.9999, 1, 1]);
  });

  it('weighs 1 at once where there is no slow start', () => {
    expect(slowStartWeight(0, 0)).to.equal(1);
  });

  it('is above 0, at most 1, and never shrinks with age', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), (age, more, window) => {
        const [now, later] = [slowStartWeight(age, window), slowStartWeight(age + more, window)];
        expect(now).to.be.above(0).and.at.most(1);
        expect(later).to.be.at.least(now);
      }),
    );
  });
});
