import { expect } from 'chai';
import type { Medians } from '../../../bench/facade/medians.ts';
import { medianRatio, pairedRatio } from '../../../bench/facade/ratio.ts';

describe('The ratio of two contestants', () => {
  it('is that of rounds side by side: a slow time of the machine that one of them began in counts once', () => {
    const of = contestant(60, 120, 120);
    const to = contestant(60, 60, 120);
    expect(medianRatio('cpu', of, to).found).to.equal(1);
    expect(of.cpu / to.cpu).to.equal(2);
  });

  it('leaves rounds alone that the other had not', () => {
    expect(medianRatio('cpu', contestant(30, 30, 90, 90, 90), contestant(60, 60, 60)).found).to.equal(0.5);
  });

  it('lies within bounds that show how far its rounds agree', () => {
    const to = contestant(...new Array<number>(25).fill(10));
    const agreeing = medianRatio('cpu', contestant(...new Array<number>(25).fill(11)), to);
    expect(agreeing).to.deep.equal({ found: 1.1, low: 1.1, high: 1.1 });
    const scattered = Array.from({ length: 25 }, (_, index) => index + 1);
    expect(medianRatio('cpu', contestant(...scattered), to)).to.deep.equal({
      found: 1.3,
      low: 0.8,
      high: 1.8,
    });
  });

  it('has the median of any two as its estimate, where many rounds are to tell a few percent', () => {
    const to = contestant(1, 1, 1);
    const { found } = pairedRatio('cpu', contestant(1, 2, 8), to);
    // The means of any two, as powers of two: 0, 0.5, 1, 1.5, 2, 3.
    expect(found).to.be.closeTo(2 ** 1.25, 1e-9);
  });

  it('is the other way round what it is by it, bounds included', () => {
    const one = contestant(...Array.from({ length: 40 }, (_, index) => 10 + ((index * 7) % 11)));
    const other = contestant(...Array.from({ length: 40 }, (_, index) => 12 + ((index * 5) % 13)));
    const there = pairedRatio('cpu', one, other);
    const back = pairedRatio('cpu', other, one);
    expect(there.found * back.found).to.be.closeTo(1, 1e-9);
    expect(there.low * back.high).to.be.closeTo(1, 1e-9);
    expect(there.low).to.be.lessThan(there.found);
    expect(there.found).to.be.lessThan(there.high);
  });

  it('lies within its bounds about 19 times in 20', () => {
    const random = seeded(7);
    let within = 0;
    for (let trial = 0; trial < 400; trial += 1) {
      const noise = () => Math.exp(random() + random() + random() - 1.5);
      const of = contestant(...Array.from({ length: 40 }, () => 1.1 * noise()));
      const { low, high } = pairedRatio('cpu', of, contestant(...Array.from({ length: 40 }, noise)));
      if (low <= 1.1 && 1.1 <= high) within += 1;
    }
    expect(within / 400).to.be.within(0.91, 0.99);
  });

  it('is not moved much by the rounds that a stall has hit', () => {
    const to = contestant(...new Array<number>(60).fill(10));
    const hit = Array.from({ length: 60 }, (_, index) => (index % 12 === 0 ? 150 : 11));
    expect(pairedRatio('cpu', contestant(...hit), to).found).to.be.closeTo(1.1, 1e-9);
  });
});

/** One whose rounds took so much processor time; the middle one is the median. */
function contestant(...times: number[]): Medians {
  const rounds = times.map((cpu) => ({ rate: 1, p50: 1, p99: 1, cpu }));
  return { ...rounds[Math.floor(times.length / 2)]!, failed: 0, rounds };
}

/** Numbers from 0 to 1 that are the same each time (a linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
