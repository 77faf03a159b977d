import { expect } from 'chai';
import fc from 'fast-check';
import { type Action, nextAction, seededRandom, WEIGHTS } from '../../../../scripts/traffic/mix.ts';

const SEEDED = ['1', '2', '3'];

function actions(seed: number, howMany: number, added: string[] = []): Action[] {
  const random = seededRandom(seed);
  return Array.from({ length: howMany }, (_, turn) =>
    nextAction(random, { seeded: SEEDED, added }, `s${turn}`),
  );
}

describe('the traffic mix', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(actions(seed, 50)).to.deep.equal(actions(seed, 50));
      }),
    );
    expect(actions(1, 50)).to.not.deep.equal(actions(2, 50));
  });

  it('holds its weights', () => {
    const drawn = actions(7, 20_000, ['10', '11', '12', '13', '14', '15']);
    const total = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [kind, weight] of WEIGHTS) {
      const share = drawn.filter((action) => action.kind === kind).length / drawn.length;
      expect(share, kind).to.be.closeTo(weight / total, 0.01);
    }
  });

  it('never deletes a product that was there at the start', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat({ max: 12 }), (seed, many) => {
        const added = Array.from({ length: many }, (_, index) => `added-${index}`);
        for (const action of actions(seed, 300, added))
          if (action.kind === 'delete-product') expect(added).to.include(action.id);
      }),
    );
  });

  it('keeps some of the added products', () => {
    const drawn = actions(3, 5_000, ['10', '11', '12', '13', '14']);
    expect(drawn.some(({ kind }) => kind === 'delete-product')).to.equal(false);
  });

  it('gives each new product a number of its own, and prices that the shop takes', () => {
    const drawn = actions(5, 3_000);
    const skus = drawn.flatMap((action) => (action.kind === 'add-product' ? [action.sku] : []));
    expect(new Set(skus).size).to.equal(skus.length).and.be.greaterThan(10);
    for (const action of drawn)
      if ('cents' in action) expect(action.cents).to.satisfy(Number.isInteger).and.be.within(100, 99_999_999);
  });
});

describe('seeded random numbers', () => {
  it('are from 0 up to, but not, 1', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        for (let draw = 0; draw < 100; draw += 1) expect(random()).to.be.at.least(0).and.below(1);
      }),
    );
  });

  it('are spread evenly', () => {
    const random = seededRandom(11);
    const buckets = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 10_000; draw += 1) buckets[Math.floor(random() * 10)]! += 1;
    for (const hits of buckets) expect(hits).to.be.closeTo(1_000, 130);
  });
});
