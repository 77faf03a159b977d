/** The port of the evidence: counters and mismatch clusters of one route since its last change. */

/** One place where control and candidate differ; values shortened, secrets left out. */
export interface DifferenceExample {
  /** Such as `$.items[].price`, `header content-type` or `status`. */
  path: string;
  kind: string;
  control: string;
  candidate: string;
}

/** One request of a cluster. */
export interface MismatchSample {
  /** Milliseconds since the epoch. */
  at: number;
  requestId: string;
  method: string;
  path: string;
  differences: DifferenceExample[];
}

/** Mismatches that look alike: same statuses, same paths, same kinds. */
export interface MismatchCluster {
  signature: string;
  /** The signature in words: `200 → 200, $.price value`. */
  summary: string;
  count: number;
  samples: MismatchSample[];
}

/** What was counted in one epoch of a route. Names of counters: evidence/counters.ts. */
export interface EvidenceRecord {
  counters: Record<string, number>;
  /** Milliseconds since the epoch; undefined before anything was counted. */
  firstAt: number | undefined;
  lastAt: number | undefined;
  /** Largest first. */
  clusters: MismatchCluster[];
}

/** What is to be added; samples are at most a few. */
export interface EvidenceDelta {
  route: string;
  epoch: string;
  counters: Record<string, number>;
  at: number;
  clusters: MismatchCluster[];
}

/** Samples kept of one cluster. */
export const SAMPLES_KEPT = 5;

/** Keeps evidence. Every method rejects when the store is away. */
export interface EvidenceStore {
  add(deltas: readonly EvidenceDelta[]): Promise<void>;
  read(route: string, epoch: string): Promise<EvidenceRecord>;
  close(): Promise<void>;
}
