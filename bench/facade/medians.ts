/** Many rounds in one line. */
import type { Load } from './load.ts';

/** One contestant in one round. */
export interface Round extends Load {
  /** Processor time of the measured process. */
  cpuMs: number;
}

/** What a round, or the medians of several, came to; times in milliseconds, `cpu` in microseconds a request. */
export interface Figures {
  rate: number;
  p50: number;
  p99: number;
  cpu: number;
}

/** Medians over the rounds, and the rounds they were taken of, in order. */
export interface Medians extends Figures {
  failed: number;
  rounds: readonly Figures[];
}

/** The medians of each figure. */
export function mediansOf(rounds: readonly Round[]): Medians {
  const figures = rounds.map(figuresOf);
  const of = (figure: keyof Figures) => median(figures.map((one) => one[figure]));
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  return { rate: of('rate'), p50: of('p50'), p99: of('p99'), cpu: of('cpu'), failed, rounds: figures };
}

function figuresOf({ requests, seconds, p50, p99, cpuMs }: Round): Figures {
  return { rate: requests / seconds, p50, p99, cpu: (cpuMs * 1_000) / requests };
}

/** The middle one, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
