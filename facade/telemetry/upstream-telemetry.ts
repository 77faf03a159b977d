/** How upstreams do, for the metrics; the labels are the upstreams and routes of the config, never addresses. */
import type { BreakerState } from '../../chassis/breaker.ts';
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import type { Upstream, UpstreamEvents } from '../forwarding/upstream.ts';

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];

/** Counts and logs what happens to upstreams. */
export function createUpstreamEvents(metrics: Metrics, log: Logger): UpstreamEvents {
  const counter = (name: string, help: string, labels = ['upstream']) =>
    metrics.counter({ name: `strangler_upstream_${name}_total`, help, labels });
  const retries = counter('retries', 'Requests sent again.', ['upstream', 'reason']);
  const spent = counter('retries_refused', 'Retries that the budget did not allow.');
  const busy = counter('busy', 'Exchanges that found no place, nor a place in the queue in time.');
  const ejections = counter('ejections', 'Instances that got no requests for a while.');
  const transitions = counter('breaker_changes', 'Changes of breakers.', ['upstream', 'route', 'state']);
  return {
    retried: (upstream, reason) => retries.inc({ upstream, reason }),
    budgetSpent: (upstream) => spent.inc({ upstream }),
    busy: (upstream) => busy.inc({ upstream }),
    ejected(upstream, url, ms) {
      ejections.inc({ upstream });
      log.warn('instance ejected', { upstream, url, seconds: Math.round(ms / 1_000) });
    },
    breaker(upstream, route, state) {
      transitions.inc({ upstream, route, state });
      log.warn('breaker changed', { upstream, route, state });
    },
  };
}

/** Adds the gauges; they are filled when they are asked for. */
export function addUpstreamTelemetry(metrics: Metrics, upstreams: () => Iterable<Upstream>): void {
  const gauge = (name: string, help: string, of: (upstream: Upstream) => number) =>
    metrics.collect({ name: `strangler_upstream_${name}`, help, labels: ['upstream'] }, (filled) => {
      for (const upstream of upstreams()) filled.set({ upstream: upstream.name }, of(upstream));
    });
  gauge('inflight', 'Exchanges under way.', (upstream) =>
    upstream.instances().reduce((sum, { inflight }) => sum + inflight, 0),
  );
  gauge('queued', 'Exchanges that wait for a place.', ({ places }) => places?.waiting ?? 0);
  gauge(
    'healthy_instances',
    'Instances that get their share, or a growing one.',
    (upstream) =>
      upstream.instances().filter(({ state }) => state.kind === 'healthy' || state.kind === 'slow-start')
        .length,
  );
  metrics.collect(
    {
      name: 'strangler_upstream_breaker',
      help: '1 for the state of a breaker that watches calls; none watches where nothing failed lately.',
      labels: ['upstream', 'route', 'state'],
    },
    (filled) => {
      for (const { name, guards } of upstreams())
        for (const { route, state } of guards?.states() ?? [])
          for (const one of BREAKER_STATES)
            filled.set({ upstream: name, route, state: one }, one === state ? 1 : 0);
    },
  );
}
