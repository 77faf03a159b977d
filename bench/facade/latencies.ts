/** All latencies of a round, counted, and percentiles over several rounds. */

/** Hundredths of a millisecond, each with how often it was found. */
export type Latencies = readonly (readonly [hundredths: number, count: number])[];

/** Counts latencies in milliseconds. */
export function countLatencies(milliseconds: readonly number[]): Latencies {
  const counts = new Map<number, number>();
  for (const one of milliseconds) {
    const hundredths = Math.ceil(one * 100);
    counts.set(hundredths, (counts.get(hundredths) ?? 0) + 1);
  }
  return [...counts];
}

/** The latency, in milliseconds, that this share of all of these rounds did not exceed. */
export function percentileOf(share: number, rounds: readonly Latencies[]): number {
  const counts = new Map<number, number>();
  let total = 0;
  for (const [hundredths, count] of rounds.flat()) {
    counts.set(hundredths, (counts.get(hundredths) ?? 0) + count);
    total += count;
  }
  let left = share * total;
  for (const hundredths of [...counts.keys()].sort((a, b) => a - b)) {
    left -= counts.get(hundredths)!;
    if (left <= 0) return hundredths / 100;
  }
  return Number.NaN;
}
