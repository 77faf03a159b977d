/** Brings a route's evidence before its gate. */
import type { Clock } from '../../chassis/clock.ts';
import { type EvidenceSummary, summarize } from '../evidence/counters.ts';
import type { EvidenceRecord, EvidenceStore } from '../evidence/evidence-store.ts';
import type { EvidenceRecorder } from '../evidence/recorder.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { DataStatusPort } from './data-status.ts';
import { type GateReport, judge } from './gate.ts';

/** A route's evidence and what its gate makes of it. */
export interface Judgement {
  record: EvidenceRecord;
  summary: EvidenceSummary;
  gate: GateReport;
  /** False when the store could not be asked; the record is empty then, and the gate inconclusive. */
  known: boolean;
}

/** Judges a route; never rejects. */
export type JudgeRoute = (route: ActiveRoute) => Promise<Judgement>;

const NOTHING: EvidenceRecord = { counters: {}, firstAt: undefined, lastAt: undefined, clusters: [] };

/** Makes the judge. */
export function createJudge({
  store,
  recorder,
  dataStatus,
  clock,
}: {
  store: EvidenceStore;
  recorder: EvidenceRecorder;
  dataStatus: DataStatusPort;
  clock: Clock;
}): JudgeRoute {
  return async (route) => {
    const { config, effective, epoch } = route;
    await recorder.flush();
    const read = await store.read(config.id, epoch).catch(() => undefined);
    const record = read ?? NOTHING;
    const summary = summarize(record);
    const data = config.gate.data === undefined ? undefined : await dataStatus(config.gate.data);
    const age = clock.now() - effective.since;
    const gate = judge({ position: effective, gate: config.gate, summary, age, data });
    return { record, summary, gate, known: read !== undefined };
  };
}
