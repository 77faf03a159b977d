/** What the admin API answers: the types that the CLI and the dashboard read. Times in ms since the epoch. */
import type { BreakerState } from '../../chassis/breaker.ts';
import type { Stage } from '../../chassis/config/schema/routes.ts';
import type { Lookup } from '../../chassis/config/schema/upstreams.ts';
import type { ResolverState } from '../../chassis/discovery/resolver.ts';
import type { AuditEntry, ChainHead } from '../audit/entry.ts';
import type { EvidenceSummary } from '../evidence/counters.ts';
import type { MismatchCluster } from '../evidence/evidence-store.ts';
import type { GateReport } from '../gates/gate.ts';
import type { Drift } from '../toggles/drift.ts';
import type { InstanceView } from '../upstreams/instance-pool.ts';

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
  /** Whether the file or a toggle put it there. */
  source: 'file' | 'toggle';
  since: number;
  /** Whether a toggle overrides the file, or a later edit of the file overrode a toggle. */
  drift?: Drift;
  evidence: Pick<EvidenceSummary, 'compared' | 'mismatched' | 'legacy' | 'service'>;
  gate: GateReport['verdict'];
}

/** `GET /api/routes`. */
export interface RoutesView {
  routes: RouteSummaryView[];
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
}

/** One upstream. */
export interface UpstreamView {
  name: string;
  /** Where its instances come from. */
  discovery: DiscoveryView;
  instances: InstanceView[];
  /** All instances are used, bad ones too, because too few are good. */
  panic: boolean;
  /** The worst of its breakers; `none` where no breaker can be. */
  breaker: BreakerState | 'none';
  /** By route, those that are watching calls now. */
  breakers: { route: string; state: BreakerState }[];
  /** Exchanges under way, and those that wait for a place; both 0 where there may be any number. */
  places: { active: number; waiting: number };
}

/** Where the instances of an upstream come from, and how far what is known of them can be trusted. */
export type DiscoveryView =
  | { resolver: 'static' }
  | {
      resolver: Lookup['registry'];
      /** The name that is looked up. */
      name: string;
      /** How many instances are known by it. */
      known: number;
      /** `stale`: the last known ones are used, since when and why. */
      state: ResolverState;
      /** The registry answers, but names fewer than are kept: it is believed to have failed, not they. */
      selfPreservation: boolean;
    };

/** The answer to a request that failed. */
export interface ErrorView {
  code: string;
  message: string;
  remedy: string;
}
