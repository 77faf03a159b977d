/** Pure. What the worker's admin API says about a data group; the CLI and the dashboard show it. */
import type { PlanReport } from '../preflight/preflight.ts';
import type { QuarantineSample } from '../state/quarantine.ts';
import type { VerifyResult } from '../verify/result.ts';

/** Where a group stands, in the words of `strangler data status`. */
export type GroupState = 'new' | 'planned' | 'copying' | 'streaming' | 'caught-up' | 'paused' | 'failed';

/** One data group as shown. Times are milliseconds since the epoch. */
export interface GroupView {
  group: string;
  state: GroupState;
  /** The stream has passed the place at which the copy ended, runs, and is at most 5 s behind. */
  caughtUp: boolean;
  lagSeconds: number | null;
  lagBytes: number | null;
  /** `file:offset` up to which the target has everything; null before a copy. */
  position: string | null;
  copy: CopyView;
  stream: StreamView;
  quarantine: { count: number; samples: QuarantineSample[] };
  /** The verification under way, if any. */
  verifying: { seen: number } | null;
  verified: (VerifyResult & { clean: boolean; at: number }) | null;
  error?: string;
}

/** How far the copy is. */
export interface CopyView {
  rows: number;
  /** Rows expected. */
  estimate: number;
  chunks: { done: number; total: number };
  rowsPerSecond: number | null;
  secondsLeft: number | null;
  /** Secondary indexes taken away for the copy and not built again yet; `building` once all rows are there. */
  indexes: { deferred: number; building: boolean };
}

/** How the stream does. */
export interface StreamView {
  /** Row changes applied, after folding several changes of a row into one. */
  applied: number;
  /** Source transactions with captured rows. */
  transactions: number;
  holder: string | null;
  epoch: number;
  /** `closed`, or which resource is not. */
  breaker: string;
}

/** What `data plan` says: the answer of `POST /api/data/:group/plan`. */
export interface PlanView extends PlanReport {
  group: string;
  /** Where the group can be looked at. */
  status: string;
}

/** The answer of every other action. */
export interface AcceptedView {
  group: string;
  status: string;
}
