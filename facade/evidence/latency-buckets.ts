/** Pure. Latencies in buckets that grow by a tenth: enough to read a p95 within 10 % from sums over facades. */

const GROWTH = Math.log(1.1);
const FLOOR_MS = 0.1;

/** The number of the bucket of a latency in milliseconds. */
export function bucketOfLatency(ms: number): number {
  return ms <= FLOOR_MS ? 0 : Math.ceil(Math.log(ms / FLOOR_MS) / GROWTH);
}

/** The upper edge of a bucket in milliseconds. */
export function edgeOfBucket(bucket: number): number {
  return FLOOR_MS * Math.exp(bucket * GROWTH);
}

/** The latency (ms) that the share `quantile` of the counted ones does not exceed; undefined without any. */
export function quantileOf(buckets: ReadonlyMap<number, number>, quantile: number): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const [bucket, count] of sorted) {
    seen += count;
    if (seen >= quantile * total) return edgeOfBucket(bucket);
  }
  return undefined;
}
