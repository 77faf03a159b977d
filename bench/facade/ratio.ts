/** What one contestant is by another that ran beside it. */
import { type Latencies, percentileOf } from './latencies.ts';
import { type Figures, latenciesOf, type Medians, median } from './medians.ts';

const SHARES: Partial<Record<keyof Figures, number>> = { p50: 0.5, p99: 0.99 };
const RESAMPLES = 400;

/** What one contestant is by another, and between what that lies 19 times in 20, as far as rounds can tell. */
export interface Ratio {
  found: number;
  low: number;
  high: number;
}

/**
 * The median over the ratios of rounds that ran side by side: a machine that is twice as slow for a minute changes both
 * rounds of a pair, but only one of two medians. Of several that are the same thing, each gives its pairs. The bounds
 * are those of a median by ranks, whatever the distribution (Conover, Practical Nonparametric Statistics, 3.2); what
 * starts of one thing differ by is not in them. Percentiles of known latencies: pooledRatio.
 */
export function ratioOf(figure: keyof Figures, of: Medians, ...same: readonly Medians[]): Ratio {
  const share = SHARES[figure];
  const known = [of, ...same].map(latenciesOf);
  if (share !== undefined && known.every((list) => list !== undefined))
    return pooledRatio(share, known[0]!, known.slice(1));
  const pairs = Math.min(...[of, ...same].map(({ rounds }) => rounds.length));
  const ratiosTo = (to: Medians) =>
    of.rounds.slice(0, pairs).map((round, index) => round[figure] / to.rounds[index]![figure]);
  const sorted = same.flatMap(ratiosTo).sort((a, b) => a - b);
  const beside = 0.98 / Math.sqrt(pairs);
  const low = sorted[Math.max(0, Math.round((0.5 - beside) * sorted.length) - 1)]!;
  const high = sorted[Math.min(sorted.length - 1, Math.round((0.5 + beside) * sorted.length))]!;
  return { found: median(sorted), low, high };
}

/**
 * A percentile of all rounds of one, by that of all rounds of others that are the same thing. Where a percentile hangs on
 * rare stalls, that of a single round says little. The bounds are the middle 95 % of the same over rounds that are drawn
 * anew, those of all contestants together (Efron's bootstrap, by percentiles).
 */
export function pooledRatio(
  share: number,
  of: readonly Latencies[],
  same: readonly (readonly Latencies[])[],
  random: () => number = Math.random,
): Ratio {
  const pairs = Math.min(of.length, ...same.map(({ length }) => length));
  const ratioOver = (drawn: readonly number[]) => {
    const rounds = (one: readonly Latencies[]) => drawn.map((index) => one[index]!);
    return percentileOf(share, rounds(of)) / percentileOf(share, same.flatMap(rounds));
  };
  const each = Array.from({ length: pairs }, (_, index) => index);
  const drawn = Array.from({ length: RESAMPLES }, () =>
    ratioOver(each.map(() => Math.floor(random() * pairs))),
  ).sort((a, b) => a - b);
  const at = (rank: number) => drawn[Math.floor(rank * RESAMPLES)]!;
  return { found: ratioOver(each), low: at(0.025), high: at(0.975) };
}
