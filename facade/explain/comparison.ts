/** Pure. Whether the answer to a request would be compared, as far as the request decides it. */

import { hasBody } from '../forwarding/request-headers.ts';
import type { Assignment } from '../routing/assignment.ts';
import { ineligible } from '../shadow/eligibility.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { ExplainedRequest } from './explained-view.ts';
import type { ComparisonExplanation } from './explanation.ts';

/** Undefined: there is no candidate to compare with. */
export function explainComparison(
  { method, headers }: ExplainedRequest,
  route: ActiveRoute | undefined,
  assignment: Assignment,
): ComparisonExplanation | undefined {
  if (route === undefined || assignment.answers !== 'legacy' || !assignment.candidate) return undefined;
  const { sample, maxBody } = route.config.shadow;
  const skipped = ineligible({
    ...{ method, hasBody: hasBody(headers), requestHeaders: headers, sample, maxBody },
    // As if legacy answered well, and the sample chose it where it may.
    ...{ status: 200, answerHeaders: {}, random: 0 },
  });
  return skipped === undefined ? { sample } : { sample, skipped };
}
