/** Many rounds in one line. */
import { type Latencies, percentileOf } from './latencies.ts';
import type { Load } from './load.ts';

/** One contestant in one round. */
export interface Round extends Load {
  /** Processor time of the measured process. */
  cpuMs: number;
  /** All of them, where the load tells; percentiles are then those of all rounds together. */
  latencies?: Latencies;
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
  rounds: readonly (Figures & Pick<Round, 'latencies'>)[];
}

/** The medians of each figure; percentiles of all latencies together where they are known. */
export function mediansOf(rounds: readonly Round[]): Medians {
  const figures = rounds.map(figuresOf);
  const of = (figure: keyof Figures) => median(figures.map((one) => one[figure]));
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  const medians = {
    rate: of('rate'),
    p50: of('p50'),
    p99: of('p99'),
    cpu: of('cpu'),
    failed,
    rounds: figures,
  };
  const known = latenciesOf(medians);
  if (known === undefined) return medians;
  return { ...medians, p50: percentileOf(0.5, known), p99: percentileOf(0.99, known) };
}

/** Those of all rounds, where they are known. */
export function latenciesOf({ rounds }: Medians): Latencies[] | undefined {
  const known = rounds.flatMap(({ latencies }) => (latencies === undefined ? [] : [latencies]));
  return known.length === rounds.length ? known : undefined;
}

function figuresOf({ requests, seconds, p50, p99, cpuMs, latencies }: Round): Medians['rounds'][number] {
  const figures = { rate: requests / seconds, p50, p99, cpu: (cpuMs * 1_000) / requests };
  return latencies === undefined ? figures : { ...figures, latencies };
}

/** The middle one, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
