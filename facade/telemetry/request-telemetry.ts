/** What is told of each request: one line of the access log, and the RED metrics by route, upstream, outcome. */
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import { traceIdOf } from '../../chassis/trace-context.ts';
import type { Exchange } from '../forwarding/exchange.ts';
import type { UpgradePlan } from '../forwarding/upgrade-plan.ts';
import { overrideResult } from '../routing/override-token.ts';
import type { UpgradeEnd } from '../websocket/upgrade-flow.ts';
import { accessLine } from './access-line.ts';
import { outcomeOf } from './request-outcome.ts';
import { createRequestSeries } from './request-series.ts';

/** How an upgrade ended. `refused`: the upstream answered otherwise; `drained`: it was told to connect again. */
type UpgradeEndOutcome = 'closed' | 'drained' | 'refused' | 'failed' | 'client-gone';

/** Notes each request and each upgrade at its end; nothing here throws. */
export interface RequestTelemetry {
  /** `ms`: from the arrival to the end of the answer. */
  request(exchange: Exchange, ms: number): void;
  upgrade(plan: UpgradePlan, end: UpgradeEnd): void;
  /** `code`: why a request was not let in. */
  refused(code: string): void;
}

/** The label of requests that no route names. */
export const NO_ROUTE = '(legacy)';

/** Makes the telemetry of a facade's requests. */
export function createRequestTelemetry({
  metrics,
  log,
  accessLog,
}: {
  metrics: Metrics;
  log: Logger;
  accessLog: () => boolean;
}): RequestTelemetry {
  const requests = metrics.counter({
    name: 'strangler_facade_requests_total',
    help: 'Requests by route, the upstream that answered, and outcome.',
    labels: ['route', 'upstream', 'outcome'],
  });
  const durations = metrics.histogram({
    name: 'strangler_facade_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labels: ['route', 'upstream'],
  });
  const fallbacks = metrics.counter({
    name: 'strangler_facade_fallbacks_total',
    help: 'Requests that legacy answered in place of a service that failed.',
    labels: ['route'],
  });
  const upgrades = metrics.counter({
    name: 'strangler_facade_upgrades_total',
    help: 'WebSocket connections by route, upstream and outcome, counted when they end.',
    labels: ['route', 'upstream', 'outcome'],
  });
  const overrides = metrics.counter({
    name: 'strangler_facade_overrides_total',
    help: 'Requests with a token that chooses a side, by what became of it.',
    labels: ['result'],
  });
  const refusals = metrics.counter({
    name: 'strangler_facade_refused_total',
    help: 'Requests that were not let in, by the code of the answer.',
    labels: ['code'],
  });
  const seriesOf = createRequestSeries(requests, durations);
  return {
    refused: (code) => refusals.inc({ code }),
    request(exchange, ms) {
      const route = exchange.route?.config.id ?? NO_ROUTE;
      const series = seriesOf(route, exchange.upstream);
      series.outcome(outcomeOf(exchange)).add();
      series.duration.observe(ms / 1_000);
      if (exchange.fellBack) fallbacks.inc({ route });
      if (exchange.override.kind !== 'none')
        overrides.inc({ result: overrideResult(exchange.override, exchange.assignment.overridden === true) });
      if (accessLog()) log.info('request', accessLine(exchange, ms));
    },
    upgrade(plan, end) {
      const { route = NO_ROUTE, upstream, override, overridden } = plan;
      if (override.kind !== 'none') overrides.inc({ result: overrideResult(override, overridden) });
      upgrades.inc({ route, upstream: upstream.name, outcome: upgradeOutcomeOf(end) });
      if (accessLog()) log.info('websocket closed', upgradeLine(plan, end));
    },
  };
}

function upgradeLine(
  { requestId, headers, route = NO_ROUTE, upstream, target, overridden, side }: UpgradePlan,
  { ms, failure, refused, drained, bytes }: UpgradeEnd,
): object {
  return {
    requestId,
    traceId: traceIdOf(String(headers.traceparent)),
    route,
    upstream: upstream.name,
    status: refused,
    ms: Math.round(ms),
    path: target.path,
    ...bytes,
    override: overridden ? side : undefined,
    drained: drained || undefined,
    failure,
  };
}

function upgradeOutcomeOf({ failure, refused, drained }: UpgradeEnd): UpgradeEndOutcome {
  if (failure === 'CLIENT_GONE') return 'client-gone';
  if (failure !== undefined) return 'failed';
  if (refused !== undefined) return 'refused';
  return drained ? 'drained' : 'closed';
}
