/** An upstream as the admin API shows it. */
import type { Upstream } from '../forwarding/upstream.ts';
import type { UpstreamView } from './views.ts';

/** What `GET /api/status` says of it. */
export function upstreamView(upstream: Upstream): UpstreamView {
  const { name, guards, places } = upstream;
  return {
    name,
    instances: upstream.instances(),
    breaker: upstream.breakerState(),
    breakers: guards?.states() ?? [],
    places: { active: places?.active ?? 0, waiting: places?.waiting ?? 0 },
  };
}
