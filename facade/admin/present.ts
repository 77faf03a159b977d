/** Pure. From what is in force to what the admin API shows. */
import type { LoadedConfig } from '../../chassis/config/load.ts';
import { expiredRules } from '../comparison/ignore.ts';
import type { Judgement } from '../gates/judgement.ts';
import type { ActiveRoute } from '../snapshot.ts';
import { driftOf } from '../toggles/drift.ts';
import type { EvidenceView, QuarantinedView, RouteSummaryView, RouteView } from './views.ts';

/** A route in a list. */
export function routeSummary(route: ActiveRoute, { summary, gate }: Judgement): RouteSummaryView {
  const { compared, mismatched, legacy, service } = summary;
  return { ...place(route), evidence: { compared, mismatched, legacy, service }, gate: gate.verdict };
}

/** A route in full. `now` decides which ignore rules have expired. */
export function routeView(route: ActiveRoute, judgement: Judgement, now: number): RouteView {
  const { config, effective } = route;
  const { toggle } = effective;
  return {
    ...place(route),
    file: { stage: config.stage, percent: config.percent },
    toggle: toggle && {
      stage: toggle.stage,
      percent: toggle.percent,
      actor: toggle.actor,
      reason: toggle.reason,
      at: toggle.at,
      inForce: effective.source === 'toggle',
    },
    onFail: config.onFail,
    evidenceKnown: judgement.known,
    evidence: judgement.summary,
    gate: judgement.gate,
    expiredRules: expiredRules(config.compare.ignore, now),
  };
}

/** A route's evidence. */
export function evidenceView(route: ActiveRoute, { record, summary, gate, known }: Judgement): EvidenceView {
  return {
    route: route.config.id,
    epoch: route.epoch,
    since: route.effective.since,
    firstAt: record.firstAt,
    lastAt: record.lastAt,
    known,
    summary,
    gate,
    clusters: record.clusters,
  };
}

/** Routes whose entries are broken. */
export function quarantinedViews({ quarantined }: LoadedConfig): QuarantinedView[] {
  return [...quarantined].map(([route, { reason, group, keeps }]) => ({ route, reason, group, keeps }));
}

function place({ config, effective, quarantined }: ActiveRoute) {
  return {
    id: config.id,
    methods: [...config.match.methods],
    path: config.match.path,
    service: config.service,
    group: config.group,
    stage: effective.stage,
    percent: effective.percent,
    source: effective.source,
    since: effective.since,
    drift: driftOf(config, effective),
    quarantined: quarantined?.reason,
  };
}
