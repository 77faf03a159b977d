/** Routes, their evidence and history as lines of text. */
import type {
  EvidenceView,
  HistoryView,
  QuarantinedView,
  RouteSummaryView,
  RouteView,
} from '../facade/admin/views.ts';
import type { MismatchCluster } from '../facade/evidence/evidence-store.ts';
import type { Position } from '../facade/routing/stage.ts';
import { table } from './print.ts';

const CLUSTERS_SHOWN = 5;
const DIFFERENCES_SHOWN = 3;

/** A stage with its percent where that counts: `canary 10 %`. */
export function stageText({ stage, percent }: Position): string {
  return stage === 'canary' ? `canary ${percent} %` : stage;
}

/** A table of routes. */
export function routesTable(routes: readonly RouteSummaryView[]): string {
  const rows = routes.map((route) => [
    route.id,
    `${route.methods.join(',')} ${route.path}`,
    route.service,
    route.group ?? '',
    stageText(route),
    sourceText(route),
    `${route.evidence.compared} compared, ${route.evidence.mismatched} differ`,
    route.gate,
  ]);
  return table([['route', 'matches', 'service', 'group', 'stage', 'set by', 'evidence', 'gate'], ...rows]);
}

/** What is wrong with routes in the file, and what stands for them; nothing where all is well. */
export function quarantineLines(quarantined: readonly QuarantinedView[]): string[] {
  return quarantined.flatMap(({ route, reason, keeps }) => [
    `${route} QUARANTINED: ${reason}`,
    keeps === undefined
      ? '  it never had a good form: its requests go where they would go without it'
      : `  its form of config ${keeps} STAYS IN FORCE`,
  ]);
}

/** The groups whose routes do not stand at one place; nothing where all is well. */
export function dividedLines(divided: readonly string[]): string[] {
  return divided.flatMap((group) => [
    `group ${group} DIVIDED: its routes do not stand at one place, so a key may get both sides`,
    `  put them together: strangler route set --group ${group} STAGE --reason TEXT`,
  ]);
}

function sourceText({ source, drift }: RouteSummaryView): string {
  switch (drift) {
    case 'toggle-over-file':
      return 'toggle, over the file';
    case 'file-over-toggle':
      return 'file, over a toggle';
    case 'unknown-over-file':
      return 'unknown, over the file';
    case undefined:
      return source;
  }
}

/** A route after a change: where it stands, who put it there, and what the gate says. */
export function routeLines(route: RouteView): string {
  const { id, gate, evidence } = route;
  const drift = driftLines(route);
  const checks = gate.checks.map(
    ({ check, verdict, detail }) => `  ${verdict.padEnd(12)} ${check}: ${detail}`,
  );
  return [
    `${id}: ${stageText(route)} (${setBy(route)})`,
    ...drift,
    ...(route.quarantined === undefined
      ? []
      : [`  QUARANTINED, its last good form stays: ${route.quarantined}`]),
    `  ${evidence.compared} compared, ${evidence.mismatched} differ since the last change`,
    ...(checks.length > 0 ? [`gate: ${gate.verdict}`, ...checks] : []),
  ].join('\n');
}

function setBy({ source, toggle }: RouteView): string {
  if (source === 'unknown') return 'the toggles could not be read yet';
  return toggle?.inForce ? `${toggle.actor}: ${toggle.reason}` : 'the config file';
}

function driftLines({ toggle, file, drift }: RouteView): string[] {
  if (toggle?.inForce || drift === 'unknown-over-file') return [`  the config file says ${stageText(file)}`];
  if (drift === undefined || toggle === undefined) return [];
  return [`  a later edit of the config file ended ${stageText(toggle)}, set by ${toggle.actor}`];
}

/** Who moved a route, when, why and on what evidence; newest first. */
export function historyLines({ route, entries }: HistoryView): string {
  const rows = entries.map(({ sequence, at, actor, action, from, to, forced, reason, evidence }) => [
    sequence,
    new Date(at).toISOString(),
    actor,
    forced ? `${action} (forced)` : action,
    `${stageText(from)} -> ${stageText(to)}`,
    reason,
    evidence === undefined
      ? ''
      : `${evidence.verdict}: ${evidence.mismatched} of ${evidence.compared} differ`,
  ]);
  if (rows.length === 0) return `${route}: nothing was changed yet`;
  return table([['entry', 'when', 'who', 'how', 'from -> to', 'why', 'evidence'], ...rows]);
}

/** What comparisons found: counts, then the largest clusters with an example each. */
export function evidenceLines({ route, summary, gate, clusters }: EvidenceView): string {
  const outcomes = Object.entries(summary.outcomes).map(([kind, n]) => `${n} ${kind}`);
  const skipped = Object.entries(summary.skipped).map(([reason, n]) => `${n} ${reason}`);
  return [
    `${route}: ${summary.compared} compared, ${summary.mismatched} differ; gate ${gate.verdict}`,
    ...(outcomes.length > 0 ? [`  outcomes: ${outcomes.join(', ')}`] : []),
    ...(skipped.length > 0 ? [`  not compared: ${skipped.join(', ')}`] : []),
    ...clusters.slice(0, CLUSTERS_SHOWN).flatMap(clusterLines),
  ].join('\n');
}

function clusterLines({ count, summary, samples }: MismatchCluster): string[] {
  const sample = samples.at(-1);
  const examples = (sample?.differences ?? [])
    .slice(0, DIFFERENCES_SHOWN)
    .map(
      ({ path, kind, control, candidate }) =>
        `      ${path} (${kind}): legacy ${control}, service ${candidate}`,
    );
  const request = sample === undefined ? [] : [`    e.g. ${sample.method} ${sample.path}`];
  return [`  ${count} x ${summary}`, ...request, ...examples];
}
