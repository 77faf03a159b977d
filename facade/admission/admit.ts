/** Pure. Whether a request is let in at all, and as what: one target, and the route that names it. */
import {
  normalisedTarget,
  parseRequestTarget,
  type RequestTarget,
  rawTarget,
} from '../routing/request-target.ts';
import type { Routed, RouteTable } from '../routing/route-table.ts';
import type { RefusalCode } from './errors.ts';
import { headProblem, type RequestHead } from './request-head.ts';
import type { AdmissionRules, TargetPolicy } from './rules.ts';

/** The parts of a request that admission looks at. */
export interface Arriving extends RequestHead {
  url?: string | undefined;
}

/** A request that is let in, or why not. */
export type Admission<Route> =
  | { ok: true; target: RequestTarget; route: Route | undefined }
  | { ok: false; code: RefusalCode };

/** A route that may have a policy of its own. */
type Admitting = Routed & { config: { ambiguousTargets?: TargetPolicy | undefined } };

/** Decides from the request line and the headers alone; what is matched is what is forwarded. */
export function admit<Route extends Admitting>(
  request: Arriving,
  table: RouteTable<Route>,
  rules: AdmissionRules,
): Admission<Route> {
  const { method = '', url = '' } = request;
  if (url.length > rules.limits.url) return { ok: false, code: 'TARGET_TOO_LONG' };
  const code = headProblem(request, rules);
  if (code !== undefined) return { ok: false, code };
  const parsed = parseRequestTarget(url);
  if (!parsed.ok) return admitAmbiguous(request, table, rules);
  const { path, query } = parsed.target;
  return { ok: true, target: parsed.target, route: table.match(method, path, query, request) };
}

/** An ambiguous target in a form in which it could be forwarded, and the policy that stands where this form leads. */
export interface Reading<Route> {
  /** The policy that would forward this form. */
  form: 'pass' | 'normalise';
  target: RequestTarget;
  route: Route | undefined;
  policy: TargetPolicy;
}

/** A policy counts where it is found by the very form of the target that it would have forwarded. */
export function readingsOf<Route extends Admitting>(
  request: Arriving,
  table: RouteTable<Route>,
  { ambiguousTargets }: AdmissionRules,
): Reading<Route>[] {
  const { method = '', url = '', headers } = request;
  const forms = [
    ['pass', rawTarget(url)],
    ['normalise', normalisedTarget(url, headers.host as string | undefined)],
  ] as const;
  return forms.flatMap(([form, target]) => {
    if (target === undefined) return [];
    const route = table.match(method, target.path, target.query, request);
    return [{ form, target, route, policy: route?.config.ambiguousTargets ?? ambiguousTargets }];
  });
}

function admitAmbiguous<Route extends Admitting>(
  request: Arriving,
  table: RouteTable<Route>,
  rules: AdmissionRules,
): Admission<Route> {
  const reading = readingsOf(request, table, rules).find(({ form, policy }) => form === policy);
  if (reading === undefined) return { ok: false, code: 'TARGET_AMBIGUOUS' };
  return { ok: true, target: reading.target, route: reading.route };
}
