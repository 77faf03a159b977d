/** Pure. An answer that the facade would put together: its parts, and whom each is asked of. */
import type { Aggregate } from '../aggregate/compile-aggregates.ts';
import { PARTS_PURPOSE } from '../aggregate/part-call.ts';
import type { KnownUpstreams } from '../plan.ts';
import type { ExplainedUpstream } from './explained-view.ts';
import type { AggregateExplanation } from './explanation.ts';

/** Explains it. */
export function explainAggregate(
  { config: { id, match, deadline }, parts }: Aggregate,
  { upstreams }: KnownUpstreams<ExplainedUpstream>,
): AggregateExplanation {
  return {
    ...{ id, path: match.path, deadline },
    parts: parts.map(({ name, config: { upstream, path, required, timeout }, waitsFor }) => {
      const known = upstreams.get(upstream);
      return {
        ...{ name, upstream, path, required, timeout, waitsFor: [...waitsFor] },
        instances: known?.instances().map(({ url }) => url) ?? [],
        breaker: known?.breakerState(PARTS_PURPOSE) ?? 'none',
      };
    }),
  };
}
