/** How discovery stands, for the metrics; the labels are the upstreams of the config, and the states. */
import type { StranglerConfig } from '../../chassis/config/schema/config.ts';
import type { Resolver } from '../../chassis/discovery/resolver.ts';
import type { Metrics } from '../../chassis/metrics.ts';

/** Where the numbers come from. */
export interface DiscoveryTelemetryParts {
  metrics: Metrics;
  resolver: Resolver;
  /** The config in force. */
  config: () => StranglerConfig;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Adds the metrics; they are filled when they are asked for. */
export function addDiscoveryTelemetry({ metrics, resolver, config, now }: DiscoveryTelemetryParts): void {
  const lookups = () =>
    Object.entries(config().upstreams).flatMap(([upstream, { where }]) =>
      where.kind === 'discovery' ? [{ upstream, service: where.service }] : [],
    );
  metrics.collect(
    {
      name: 'strangler_discovery_instances',
      help: 'Instances known of an upstream that is looked up.',
      labels: ['upstream'],
    },
    (gauge) => {
      for (const { upstream, service } of lookups())
        gauge.set({ upstream }, resolver.instances(service).length);
    },
  );
  metrics.collect(
    {
      name: 'strangler_discovery_state',
      help: '1 for the state of what is known: never-answered, fresh, or why it is kept against the registry.',
      labels: ['upstream', 'state'],
    },
    (gauge) => {
      for (const { upstream, service } of lookups()) {
        const state = resolver.state(service);
        gauge.set({ upstream, state: state.kind === 'stale' ? state.reason : state.kind }, 1);
      }
    },
  );
  metrics.collect(
    {
      name: 'strangler_discovery_stale_seconds',
      help: 'Time since what is known is kept against the registry; 0 when it is not.',
      labels: ['upstream'],
    },
    (gauge) => {
      for (const { upstream, service } of lookups()) {
        const state = resolver.state(service);
        gauge.set({ upstream }, state.kind === 'stale' ? (now() - state.since) / 1_000 : 0);
      }
    },
  );
}
