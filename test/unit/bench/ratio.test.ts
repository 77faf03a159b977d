import { expect } from 'chai';
import { countLatencies } from '../../../bench/facade/latencies.ts';
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

  it('lies within bounds that show how far its rounds agree', () => {
    const to = contestant(...new Array<number>(25).fill(10));
    const agreeing = ratioOf('cpu', contestant(...new Array<number>(25).fill(11)), to);
    expect(agreeing).to.deep.equal({ found: 1.1, low: 1.1, high: 1.1 });
    const scattered = Array.from({ length: 25 }, (_, index) => index + 1);
    expect(ratioOf('cpu', contestant(...scattered), to)).to.deep.equal({ found: 1.3, low: 0.8, high: 1.8 });
  });

  it('is that of all requests together where all latencies are known, of all that are the same thing', () => {
    const of = withLatencies([1, 1, 1, 8], [1, 1, 1, 1]);
    const to = withLatencies([1, 1, 1, 1], [1, 1, 1, 4]);
    const twin = withLatencies([1, 1, 1, 1], [1, 1, 1, 1]);
    expect(ratioOf('p99', of, to).found).to.equal(2);
    expect(ratioOf('p99', of, twin, to).found).to.equal(2);
    expect(ratioOf('p99', of, twin).found).to.equal(8);
    expect(ratioOf('p50', of, to, twin).found).to.equal(1);
  });
});

/** One whose rounds took so much processor time; the middle one is the median. */
function contestant(...times: number[]): Medians {
  const rounds = times.map((cpu) => ({ rate: 1, p50: 1, p99: 1, cpu }));
  return { ...rounds[Math.floor(times.length / 2)]!, failed: 0, rounds };
}

function withLatencies(...rounds: number[][]): Medians {
  const one = { rate: 1, p50: 1, p99: 1, cpu: 1 };
  return {
    ...one,
    failed: 0,
    rounds: rounds.map((list) => ({ ...one, latencies: countLatencies(list) })),
  };
}
