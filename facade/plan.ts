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

/** What a plan needs to know of an upstream. */
export interface PlannedUpstream {
  /** Milliseconds as the config file says; undefined where it says nothing. */
  readonly writtenTimeout: number | undefined;
}

/** The upstreams that there are. */
export interface KnownUpstreams<Upstream> {
  legacy: Upstream;
  upstreams: ReadonlyMap<string, Upstream>;
}

/**
 * The plan of an assignment. A route whose service is unknown to this view goes to legacy. What no route names may
 * take as long as it takes, for it did so before, unless the config limits legacy.
 */
export function planOf<Upstream extends PlannedUpstream>(
  view: KnownUpstreams<Upstream>,
  route: ActiveRoute | undefined,
  assignment: Assignment,
): PlannedStep<Upstream>[] {
  const timeout = route === undefined ? view.legacy.writtenTimeout : route.config.timeout;
  const legacy: PlannedStep<Upstream> = { side: 'legacy', upstream: view.legacy, timeout };
  if (route === undefined || assignment.answers === 'legacy') return [legacy];
  const upstream = view.upstreams.get(route.config.service);
  if (upstream === undefined) return [legacy];
  const service: PlannedStep<Upstream> = { side: 'service', upstream, timeout };
  return assignment.fallback ? [service, legacy] : [service];
}
