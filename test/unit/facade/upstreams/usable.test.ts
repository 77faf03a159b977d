import { expect } from 'chai';
import fc from 'fast-check';
import { usable } from '../../../../facade/upstreams/usable.ts';

describe('usable instances', () => {
  const of = (good: boolean[], panic = 0.5) => usable(good, (one) => one, panic);

  it('are the good ones, while they are half of all', () => {
    expect(of([true, false, true])).to.deep.equal([true, true]);
    expect(of([true, false])).to.deep.equal([true]);
  });

  it('are all when the good ones are fewer', () => {
    expect(of([true, false, false])).to.have.length(3);
    expect(of([true, false, false], 0.3)).to.deep.equal([true]);
  });

  it('are all when none is good, whatever the threshold', () => {
    expect(of([false, false], 0)).to.have.length(2);
    expect(of([])).to.be.empty;
  });

  it('never leave fewer than the threshold to bear the load', () => {
    const panic = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1 }), panic, (good, share) => {
        const used = of(good, share);
        expect(used.length).to.be.at.least(Math.max(1, good.length * share));
        if (used.length < good.length) expect(used).to.not.include(false);
      }),
    );
  });
});
