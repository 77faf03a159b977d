/** Pure. Whether a request is let in at all, and what it is then: one target, and the route that names it. */
import { parseRequestTarget, type RequestTarget } from '../routing/request-target.ts';
import type { Routed, RouteTable } from '../routing/route-table.ts';

/** The parts of a request that admission looks at. */
export interface Arriving {
  method?: string | undefined;
  url?: string | undefined;
}

/** A request that is let in, or the answer it gets instead. */
export type Admission<Route extends Routed> =
  | { ok: true; target: RequestTarget; route: Route | undefined }
  | { ok: false; status: number; code: string };

/** Decides from the request line and the headers alone; what is matched is what is forwarded. */
export function admit<Route extends Routed>(
  { method = '', url = '' }: Arriving,
  table: RouteTable<Route>,
): Admission<Route> {
  const parsed = parseRequestTarget(url);
  if (!parsed.ok) return { ok: false, status: 400, code: 'TARGET_AMBIGUOUS' };
  return { ok: true, target: parsed.target, route: table.match(method, parsed.target.path) };
}
