/** What the clients saw. */

/** The counts of a run so far. */
export interface TrafficStats {
  requests: number;
  failed: number;
  /** Reads that showed a price older than an acknowledged one: the stream's lag, seen from outside. */
  stale: number;
  byKind: Record<string, { requests: number; failed: number; p50: number; p99: number }>;
  /** The first failures, in words. */
  failures: string[];
  acknowledgedWrites: number;
}

/** Collects the counts. */
export interface StatsCollector {
  record(kind: string, ms: number, failure: string | undefined): void;
  stale(): void;
  write(): void;
  read(): TrafficStats;
}

const FAILURES_KEPT = 20;
const LATENCIES_KEPT = 2_000;

/** Makes a collector. */
export function createStats(): StatsCollector {
  const kinds = new Map<string, { requests: number; failed: number; latencies: number[] }>();
  const failures: string[] = [];
  let stale = 0;
  let writes = 0;
  return {
    record(kind, ms, failure) {
      const entry = kinds.get(kind) ?? { requests: 0, failed: 0, latencies: [] };
      kinds.set(kind, entry);
      entry.latencies[entry.requests % LATENCIES_KEPT] = ms;
      entry.requests += 1;
      if (failure === undefined) return;
      entry.failed += 1;
      if (failures.length < FAILURES_KEPT) failures.push(`${new Date().toISOString()} ${kind}: ${failure}`);
    },
    stale() {
      stale += 1;
    },
    write() {
      writes += 1;
    },
    read() {
      const all = [...kinds.values()];
      return {
        requests: all.reduce((sum, { requests }) => sum + requests, 0),
        failed: all.reduce((sum, { failed }) => sum + failed, 0),
        stale,
        byKind: Object.fromEntries([...kinds].map(([kind, entry]) => [kind, summary(entry)])),
        failures: [...failures],
        acknowledgedWrites: writes,
      };
    },
  };
}

function summary({ requests, failed, latencies }: { requests: number; failed: number; latencies: number[] }) {
  const sorted = [...latencies].sort((a, b) => a - b);
  // Nearest rank: of two latencies the 99th percentile is the slower one.
  const at = (share: number) => Math.round((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 10) / 10;
  return { requests, failed, p50: at(0.5), p99: at(0.99) };
}
