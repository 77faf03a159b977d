/** Pure. Why the path of a request is ambiguous, and which policy decided what becomes of it. */
import { type Arriving, readingsOf } from '../admission/admit.ts';
import type { AdmissionRules } from '../admission/rules.ts';
import { parseRequestTarget } from '../routing/request-target.ts';
import type { RouteTable } from '../routing/route-table.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { AmbiguityExplanation } from './explanation.ts';

/** Undefined: every server reads it the same way. */
export function explainAmbiguity(
  request: Arriving,
  table: RouteTable<ActiveRoute>,
  rules: AdmissionRules,
): AmbiguityExplanation | undefined {
  const parsed = parseRequestTarget(request.url ?? '');
  if (parsed.ok) return undefined;
  const readings = readingsOf(request, table, rules);
  return {
    problem: parsed.problem,
    readings: readings.map(({ form, target, route, policy }) => {
      const { path } = target;
      return { form, path, ...(route && { route: route.config.id }), policy };
    }),
    applied: readings.find(({ form, policy }) => form === policy)?.form ?? 'reject',
  };
}
