/** An upstream as the admin API shows it. Times in ms since the epoch. */
import type { BreakerState } from '../../chassis/breaker.ts';
import type { Lookup, UpstreamWhere } from '../../chassis/config/schema/upstreams.ts';
import type { Resolver, ResolverState } from '../../chassis/discovery/resolver.ts';
import type { Upstream } from '../forwarding/upstream.ts';
import type { InstanceView } from '../upstreams/instance-view.ts';

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

/** What `GET /api/status` says of it; `where` as the config in force has it. */
export function upstreamView(upstream: Upstream, where: UpstreamWhere, resolver: Resolver): UpstreamView {
  const { name, guards, places, standing } = upstream;
  return {
    name,
    discovery: discoveryView(where, resolver),
    instances: upstream.instances(),
    panic: standing.panics,
    breaker: upstream.breakerState(),
    breakers: guards?.states() ?? [],
    places: { active: places?.active ?? 0, waiting: places?.waiting ?? 0 },
  };
}

function discoveryView(where: UpstreamWhere, resolver: Resolver): DiscoveryView {
  if (where.kind === 'static') return { resolver: 'static' };
  const { service, lookup } = where;
  const state = resolver.state(service);
  return {
    resolver: lookup.registry,
    name: lookup.name,
    known: resolver.instances(service).length,
    state,
    selfPreservation: state.kind === 'stale' && state.reason !== 'unreachable',
  };
}
