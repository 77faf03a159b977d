/** What one contestant is by another that ran beside it. */
import { type Figures, type Medians, median } from './medians.ts';

/** What one contestant is by another, and between what that lies 19 times in 20, as far as rounds can tell. */
export interface Ratio {
  found: number;
  low: number;
  high: number;
}

/** Finds a ratio from rounds that ran side by side: those of the same index. */
export type FindRatio = (figure: keyof Figures, of: Medians, to: Medians) => Ratio;

/**
 * The median over the ratios of rounds: a machine that is twice as slow for a minute changes both rounds of a pair, but
 * only one of two medians. The bounds are those of a median by ranks, whatever the distribution (Conover, Practical
 * Nonparametric Statistics, 3.2); what starts of one thing differ by is not in them.
 */
export const medianRatio: FindRatio = (figure, of, to) => {
  const sorted = ratiosOf(figure, of, to);
  const beside = 0.98 / Math.sqrt(sorted.length);
  const low = sorted[Math.max(0, Math.round((0.5 - beside) * sorted.length) - 1)]!;
  const high = sorted[Math.min(sorted.length - 1, Math.round((0.5 + beside) * sorted.length))]!;
  return { found: median(sorted), low, high };
};

/**
 * The estimate of Hodges and Lehmann: the median over the means of any two ratios, on a scale of logarithms. As good as
 * the median of half as many rounds again, and as deaf to the few that a stall has hit; for dozens of rounds. The bounds
 * are those of Wilcoxon's signed ranks (Hollander and Wolfe, Nonparametric Statistical Methods, 3.2 and 3.3).
 */
export const pairedRatio: FindRatio = (figure, of, to) => {
  const logs = ratiosOf(figure, of, to).map(Math.log);
  const means = logs.flatMap((one, index) => logs.slice(index).map((other) => (one + other) / 2));
  means.sort((a, b) => a - b);
  const count = logs.length;
  const beside = 1.96 * Math.sqrt((count * (count + 1) * (2 * count + 1)) / 24);
  const lowest = Math.max(0, Math.floor(means.length / 2 - beside));
  const [low, high] = [means[lowest]!, means[means.length - 1 - lowest]!].map(Math.exp);
  return { found: Math.exp(median(means)), low: low!, high: high! };
};

/** From the least; those of the rounds that both have. */
function ratiosOf(figure: keyof Figures, of: Medians, to: Medians): number[] {
  const pairs = Math.min(of.rounds.length, to.rounds.length);
  const ratios = of.rounds.slice(0, pairs).map((round, index) => round[figure] / to.rounds[index]![figure]);
  return ratios.sort((a, b) => a - b);
}
