/** An upstream as the admin API shows it. */
import type { UpstreamWhere } from '../../chassis/config/schema/upstreams.ts';
import type { Resolver } from '../../chassis/discovery/resolver.ts';
import type { Upstream } from '../forwarding/upstream.ts';
import type { DiscoveryView, UpstreamView } from './views.ts';

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
