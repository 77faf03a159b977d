/** What the admin API answers: the types that the CLI and the dashboard read. Times in ms since the epoch. */
import type { Stage } from '../../chassis/config/schema/routes.ts';
import type { AuditEntry, ChainHead } from '../audit/entry.ts';
import type { EvidenceSummary } from '../evidence/counters.ts';
import type { MismatchCluster } from '../evidence/evidence-store.ts';
import type { GateReport } from '../gates/gate.ts';
import type { Drift } from '../toggles/drift.ts';
import type { UpstreamView } from './upstream-view.ts';

/** A route in a list. */
export interface RouteSummaryView {
  id: string;
  methods: string[];
  path: string;
  service: string;
  /** The group with which it moves. */
  group?: string;
  stage: Stage;
  percent: number;
  /** Whether the file or a toggle put it there; `unknown` until the toggles could be read once. */
  source: 'file' | 'toggle' | 'unknown';
  since: number;
  /** Whether a toggle overrides the file, or a later edit of the file overrode a toggle, or the toggles are not known. */
  drift?: Drift;
  /** Why this is its last good form, and not what the file writes. */
  quarantined?: string;
  evidence: Pick<EvidenceSummary, 'compared' | 'mismatched' | 'legacy' | 'service'>;
  gate: GateReport['verdict'];
}

/** A route whose entry in the file is broken. */
export interface QuarantinedView {
  route: string;
  reason: string;
  group?: string;
  /** The version of the config whose form of the route is in force; without it nothing of the route is. */
  keeps?: string;
}

/** `GET /api/routes`. */
export interface RoutesView {
  routes: RouteSummaryView[];
  quarantined: QuarantinedView[];
  /** Groups whose routes do not stand at one place. */
  divided: string[];
}

/** `GET /api/routes/:id`, and the answer to each change of a route. */
export interface RouteView extends Omit<RouteSummaryView, 'gate' | 'evidence'> {
  /** What the config file says. */
  file: { stage: Stage; percent: number };
  /** The toggle in force, or one that a later edit of the file overrode. */
  toggle?: { stage: Stage; percent: number; actor: string; reason: string; at: number; inForce: boolean };
  onFail: string;
  /** False when the evidence store does not answer. */
  evidenceKnown: boolean;
  evidence: EvidenceSummary;
  gate: GateReport;
  expiredRules: { path: string; reason: string; until: string }[];
}

/** `GET /api/groups/:group`, and the answer to each change of a group. */
export interface GroupView {
  group: string;
  routes: RouteView[];
  /** Those of the group, with the ones that are not among its routes because they never had a good form. */
  quarantined: QuarantinedView[];
  /** Whether its routes do not stand at one place. */
  divided: boolean;
}

/** `GET /api/routes/:id/evidence`. */
export interface EvidenceView {
  route: string;
  /** Names the stretch since the route's last change; earlier evidence does not count. */
  epoch: string;
  since: number;
  firstAt?: number;
  lastAt?: number;
  known: boolean;
  summary: EvidenceSummary;
  gate: GateReport;
  clusters: MismatchCluster[];
}

/** `GET /api/routes/:id/history`, newest first. */
export interface HistoryView {
  route: string;
  entries: AuditEntry[];
}

/** `GET /api/audit`. */
export interface AuditView {
  /** Oldest first. */
  entries: AuditEntry[];
  /** Of the store's chain; the hash is empty when the entry is gone. */
  head: ChainHead;
  /** The newest entry that this facade has seen, whatever became of it in the store. */
  seen?: ChainHead;
}

/** `GET /api/status`. */
export interface StatusView {
  process: 'facade';
  startedAt: number;
  config: {
    file: string;
    version: string;
    loadedAt: number;
    /** False while the file on disk is invalid; the last good version stays in force. */
    valid: boolean;
    problem?: { code: string; message: string; remedy: string };
    /** Keys whose edits count only after a restart. */
    restartNeeded: string[];
  };
  store: { kind: 'memory' | 'redis'; available: boolean };
  upstreams: UpstreamView[];
  routes: RouteSummaryView[];
  /** Routes that are not in force as the file writes them. */
  quarantined: QuarantinedView[];
  /** Groups whose routes do not stand at one place. */
  divided: string[];
}

/** The answer to a request that failed. */
export interface ErrorView {
  code: string;
  message: string;
  remedy: string;
}
