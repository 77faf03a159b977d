/** Pure. The upstreams that a request is to ask, in order. */
import type { Assignment, Side } from './routing/assignment.ts';
import type { ActiveRoute } from './snapshot.ts';

/** One upstream to ask. */
export interface PlannedStep<Upstream> {
  side: Side;
  upstream: Upstream;
  /** Milliseconds until the answer must have begun; undefined: as long as it takes. */
  timeout: number | undefined;
}

/** The upstreams that there are. */
export interface KnownUpstreams<Upstream> {
  legacy: Upstream;
  upstreams: ReadonlyMap<string, Upstream>;
}

/** The plan of an assignment. A route whose service is unknown to this view goes to legacy. */
export function planOf<Upstream>(
  view: KnownUpstreams<Upstream>,
  route: ActiveRoute | undefined,
  assignment: Assignment,
): PlannedStep<Upstream>[] {
  const timeout = route?.config.timeout;
  const legacy: PlannedStep<Upstream> = { side: 'legacy', upstream: view.legacy, timeout };
  if (route === undefined || assignment.answers === 'legacy') return [legacy];
  const upstream = view.upstreams.get(route.config.service);
  if (upstream === undefined) return [legacy];
  const service: PlannedStep<Upstream> = { side: 'service', upstream, timeout };
  return assignment.fallback ? [service, legacy] : [service];
}
