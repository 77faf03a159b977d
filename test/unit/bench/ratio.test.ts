import { expect } from 'chai';
import type { Medians } from '../../../bench/facade/medians.ts';
import { ratioOf } from '../../../bench/facade/ratio.ts';

describe('The ratio of two contestants', () => {
  it('is that of rounds side by side: a slow time of the machine that one of them began in counts once', () => {
    const of = contestant(60, 120, 120);
    const to = contestant(60, 60, 120);
    expect(ratioOf('cpu', of, to).found).to.equal(1);
    expect(of.cpu / to.cpu).to.equal(2);
  });

  it('leaves rounds alone that the other had not', () => {
    expect(ratioOf('cpu', contestant(30, 30, 90, 90, 90), contestant(60, 60, 60)).found).to.equal(0.5);
  });
});

/** One whose rounds took so much processor time; the middle one is the median. */
function contestant(...times: number[]): Medians {
  const rounds = times.map((cpu) => ({ rate: 1, p50: 1, p99: 1, cpu }));
  return { ...rounds[Math.floor(times.length / 2)]!, failed: 0, rounds };
}
