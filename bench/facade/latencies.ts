/** Percentiles of latencies. */

/** The latency that this share of them did not exceed (the nearest rank). */
export function percentileOf(share: number, latencies: readonly number[]): number {
  const sorted = [...latencies].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
