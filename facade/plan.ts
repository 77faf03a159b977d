/** Pure. The upstreams that a request is to ask, in order. */
import type { Step } from './forwarding/forward.ts';
import type { View } from './in-force.ts';
import type { Assignment } from './routing/assignment.ts';
import type { ActiveRoute } from './snapshot.ts';

/** The plan of an assignment. A route whose service is unknown to this view goes to legacy. */
export function planOf(
  view: Pick<View, 'legacy' | 'upstreams'>,
  route: ActiveRoute | undefined,
  assignment: Assignment,
): Step[] {
  const legacy: Step = { side: 'legacy', upstream: view.legacy, timeout: route?.config.timeout };
  if (route === undefined || assignment.answers === 'legacy') return [legacy];
  const upstream = view.upstreams.get(route.config.service);
  if (upstream === undefined) return [legacy];
  const service: Step = { side: 'service', upstream, timeout: route.config.timeout };
  return assignment.fallback ? [service, legacy] : [service];
}
