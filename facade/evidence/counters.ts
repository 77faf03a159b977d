/** Pure. The names under which evidence is counted, and reading them back into a summary. */
import type { OutcomeKind, SkipReason } from '../comparison/outcome.ts';
import type { EvidenceRecord } from './evidence-store.ts';
import { bucketOfLatency, quantileOf } from './latency-buckets.ts';

/** The legs whose latency is counted: compared ones, and the answers clients got. */
export type Leg = 'control' | 'candidate' | 'legacy' | 'service';

/** Names that every request needs are made once: a text put together anew must be hashed anew. */
const ANSWERED = { legacy: 'answered legacy', service: 'answered service' };
const LATENCIES: Record<Leg, string[]> = { control: [], candidate: [], legacy: [], service: [] };
const OUTCOMES: Partial<Record<OutcomeKind, string>> = {};
const SKIPS: Partial<Record<SkipReason, string>> = {};

/** Counter names. */
export const counter = {
  outcome: (kind: OutcomeKind) => (OUTCOMES[kind] ??= `outcome ${kind}`),
  skip: (reason: SkipReason) => (SKIPS[reason] ??= `skip ${reason}`),
  rule: (path: string) => `rule ${path}`,
  answered: (side: 'legacy' | 'service') => ANSWERED[side],
  failed: (side: 'legacy' | 'service') => `failed ${side}`,
  latency(leg: Leg, ms: number): string {
    const bucket = bucketOfLatency(ms);
    LATENCIES[leg][bucket] ??= `latency ${leg} ${bucket}`;
    return LATENCIES[leg][bucket];
  },
};

/** Requests one side answered, and how many of them failed (5xx, broken connection, fallback). */
export interface SideCount {
  answered: number;
  failed: number;
}

/** Evidence in numbers. */
export interface EvidenceSummary {
  /** Comparisons by outcome; outcomes never seen are absent. */
  outcomes: Partial<Record<OutcomeKind, number>>;
  /** Requests that could have been compared and were not, by reason. */
  skipped: Partial<Record<SkipReason, number>>;
  /** How often each ignore rule hid a difference. */
  rules: Record<string, number>;
  legacy: SideCount;
  service: SideCount;
  /** Comparisons that speak for or against the service. */
  compared: number;
  /** Of these, the ones against it: mismatches and errors of the candidate. */
  mismatched: number;
  /** 95th percentile in milliseconds; absent without measurements. */
  p95: Partial<Record<Leg, number>>;
  /** Latencies measured on each leg. */
  measured: Partial<Record<Leg, number>>;
}

const AGAINST = ['mismatch', 'candidate-error'] as const;
const FOR = ['match-bytes', 'match', 'lag'] as const;

/** Adds a record up. */
export function summarize({ counters }: Pick<EvidenceRecord, 'counters'>): EvidenceSummary {
  const at = (name: string) => counters[name] ?? 0;
  const outcomes = pick(counters, 'outcome ') as EvidenceSummary['outcomes'];
  const count = (kinds: readonly OutcomeKind[]) =>
    kinds.reduce((sum, kind) => sum + (outcomes[kind] ?? 0), 0);
  const mismatched = count(AGAINST);
  return {
    outcomes,
    skipped: pick(counters, 'skip '),
    rules: pick(counters, 'rule '),
    legacy: { answered: at(counter.answered('legacy')), failed: at(counter.failed('legacy')) },
    service: { answered: at(counter.answered('service')), failed: at(counter.failed('service')) },
    compared: count(FOR) + mismatched,
    mismatched,
    ...latencies(counters),
  };
}

function latencies(counters: Record<string, number>): Pick<EvidenceSummary, 'p95' | 'measured'> {
  const p95: EvidenceSummary['p95'] = {};
  const measured: EvidenceSummary['measured'] = {};
  for (const leg of ['control', 'candidate', 'legacy', 'service'] as const) {
    const buckets = new Map(
      Object.entries(pick(counters, `latency ${leg} `)).map(([bucket, count]) => [Number(bucket), count]),
    );
    const quantile = quantileOf(buckets, 0.95);
    if (quantile === undefined) continue;
    p95[leg] = Math.round(quantile * 10) / 10;
    measured[leg] = [...buckets.values()].reduce((sum, count) => sum + count, 0);
  }
  return { p95, measured };
}

function pick(counters: Record<string, number>, prefix: string): Record<string, number> {
  const picked: Record<string, number> = {};
  for (const [name, value] of Object.entries(counters)) {
    if (name.startsWith(prefix)) picked[name.slice(prefix.length)] = value;
  }
  return picked;
}
