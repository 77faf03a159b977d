/** Pure. Which side would answer a request that may go on, by which key or token, and the upstreams to ask. */
import { planOf } from '../plan.ts';
import { type Assigning, requestAssignment, requestKey, requestOverride } from '../request-assignment.ts';
import { bucketOf } from '../routing/assignment.ts';
import { type FoundKey, keyText, sourceText } from '../routing/assignment-key.ts';
import { type Override, overrideResult } from '../routing/override-token.ts';
import type { RequestTarget } from '../routing/request-target.ts';
import type { ActiveRoute } from '../snapshot.ts';
import { explainComparison } from './comparison.ts';
import type { ExplainedRequest, ExplainedView } from './explained-view.ts';
import type { Explanation } from './explanation.ts';
import { shownValue } from './shown-key.ts';
import { explainStep } from './steps.ts';
import { explainToken } from './token.ts';

/** The part of an explanation that says who answers. */
export type ExplainedSides = Pick<
  Explanation,
  'key' | 'override' | 'token' | 'assignment' | 'comparison' | 'plan'
>;

/** A request that was let in. */
export interface LetIn {
  request: ExplainedRequest;
  target: RequestTarget;
  /** Undefined: no route names it. */
  route: ActiveRoute | undefined;
  upgrade: boolean;
  repeatable: boolean;
}

/** Explains the sides; `now` in milliseconds since the epoch. */
export function explainSides(
  view: ExplainedView,
  { request, target, route, upgrade, repeatable }: LetIn,
  now: number,
): ExplainedSides {
  const { config } = view.snapshot.loaded;
  const override = requestOverride(view, request, () => now);
  const assigning: Assigning = {
    ...{ request, query: target.query, identity: request.identity, override, upgrade },
  };
  const assignment = requestAssignment(view, route, assigning);
  const applied = assignment.overridden === true;
  const steps = { config, request, target: target.path + target.query, route, upgrade, repeatable };
  const plan = planOf(view, route, assignment).map((step) => explainStep(step, steps));
  return {
    key: route && keyOf(route, requestKey(view, route, assigning)),
    override: overrideResult(override, applied),
    token: tokenOf(view, request, override, applied, route),
    assignment,
    comparison: upgrade ? undefined : explainComparison(request, route, assignment),
    // A WebSocket is opened where it is opened: no other side takes its place.
    plan: upgrade ? plan.slice(0, 1) : plan,
  };
}

/** The token of a request that no side answers: it never counts. */
export function explainNoSides(
  view: ExplainedView,
  request: ExplainedRequest,
  now: number,
): Pick<Explanation, 'override' | 'token'> {
  const override = requestOverride(view, request, () => now);
  return {
    override: overrideResult(override, false),
    token: tokenOf(view, request, override, false, undefined),
  };
}

function tokenOf(
  { snapshot }: ExplainedView,
  { headers }: ExplainedRequest,
  override: Override,
  applied: boolean,
  route: ActiveRoute | undefined,
): Explanation['token'] {
  return explainToken({
    ...{ headers, override, applied, lookedFor: snapshot.secrets.overrides !== undefined },
    route: route && { id: route.config.id, stage: route.rule.stage },
  });
}

function keyOf({ rule }: ActiveRoute, found: FoundKey | undefined): Explanation['key'] {
  if (found === undefined) return undefined;
  const bucket = bucketOf(rule.salt, keyText(found));
  return { source: sourceText(found.source), value: shownValue(found), bucket };
}
