/** Pure. The rules of the gateway that a request is held against. */
import type { Aggregate } from './aggregate/compile-aggregates.ts';
import type { AccessRules } from './gateway/access-rules.ts';
import { type CorsRequest, preflightMethod } from './gateway/cors.ts';
import type { ReceivedHead } from './routing/conditions.ts';
import type { RequestTarget } from './routing/request-target.ts';
import type { ActiveRoute, Snapshot } from './snapshot.ts';

/** What must hold for a request; undefined: nothing. A preflight is held against the path that it asks for. */
export function accessOf(
  { snapshot }: { snapshot: Snapshot },
  request: CorsRequest & ReceivedHead,
  target: RequestTarget,
  route: ActiveRoute | undefined,
  aggregate: Aggregate | undefined,
): AccessRules | undefined {
  const own =
    aggregate !== undefined ? aggregate.access : route === undefined ? snapshot.access : route.access;
  if (!snapshot.cors || request.method !== 'OPTIONS') return own;
  const asked = preflightMethod(request);
  if (asked === undefined) return own;
  const rules = accessFor(snapshot, asked, target, request);
  if (rules?.cors !== undefined) return rules;
  // The path that it asks for leaves CORS to the upstream; what stands for OPTIONS must not answer in its place.
  return own && { ...own, cors: undefined };
}

function accessFor(
  { aggregates, table, access }: Snapshot,
  method: string,
  { path, query }: RequestTarget,
  request: ReceivedHead,
): AccessRules | undefined {
  const aggregate = aggregates?.match(method, path);
  if (aggregate !== undefined) return aggregate.access;
  const route = table.match(method, path, query, request);
  return route === undefined ? access : route.access;
}
