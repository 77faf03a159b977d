/** Pure. What would become of a request, by the very functions that decide it in the flow; nothing is sent or counted. */
import { admit } from '../admission/admit.ts';
import { announcesTooMuch } from '../admission/body-limits.ts';
import { admissionErrors, type RefusalCode } from '../admission/errors.ts';
import { asksForWebSocket } from '../admission/upgrade-head.ts';
import type { Aggregate } from '../aggregate/compile-aggregates.ts';
import { isRepeatable } from '../forwarding/exchange.ts';
import { clientOf } from '../forwarding/request-headers.ts';
import { gatewayErrors } from '../gateway/errors.ts';
import { accessOf } from '../request-access.ts';
import type { ActiveRoute, Snapshot } from '../snapshot.ts';
import { websocketErrors } from '../websocket/errors.ts';
import { mayOpen } from '../websocket/may-open.ts';
import { explainAccess } from './access.ts';
import { explainAggregate } from './aggregate.ts';
import { explainAmbiguity } from './ambiguity.ts';
import type { ExplainedRequest, ExplainedView } from './explained-view.ts';
import type { Explanation } from './explanation.ts';
import { losers } from './losers.ts';
import { refusedByParser } from './parser.ts';
import { explainNoSides, explainSides } from './sides.ts';
import { why } from './why.ts';

type Explained = Omit<Explanation, 'why'>;
type Admitted = Extract<ReturnType<typeof admit<ActiveRoute>>, { ok: true }>;

/** Explains a request; `now` in milliseconds since the epoch. */
export function explain(view: ExplainedView, request: ExplainedRequest, now: number): Explanation {
  const explained = decided(view, request, now);
  return { ...explained, why: why(explained) };
}

function decided(view: ExplainedView, request: ExplainedRequest, now: number): Explained {
  const { method, url, headers } = request;
  const { table } = view.snapshot;
  const upgrade = asksForWebSocket(request);
  const asked: Explained = {
    request: { method, url, host: headers.host ?? '', client: clientIn(view, request) },
    ...{ upgrade, repeatable: isRepeatable(request) && !upgrade },
    ambiguous: explainAmbiguity(request, table, view.admission),
    ...{ losers: [], override: 'none', plan: [] },
  };
  const unread = refusedByParser(request, upgrade);
  if (unread !== undefined) return refusedBy(asked, unread);
  const admission = admit(request, table, view.admission);
  return admission.ok ? entered(view, request, now, asked, admission) : refusedBy(asked, admission.code);
}

/** What was let in by its head: an aggregate, or a route, and what they refuse. */
function entered(
  view: ExplainedView,
  request: ExplainedRequest,
  now: number,
  asked: Explained,
  { target, route: named }: Admitted,
): Explained {
  const { snapshot, admission } = view;
  const found = asked.upgrade ? undefined : snapshot.aggregates?.match(request.method, target.path);
  const route = found === undefined ? named : undefined;
  const matched: Explained = {
    ...asked,
    target,
    aggregate: found && explainAggregate(found, view),
    route: route && routeOf(route),
    ...(!asked.upgrade && { total: route?.config.limits.total ?? admission.limits.total }),
    ...leftOutOf(snapshot),
    losers: losersOf(snapshot, found?.config.id, route, { ...request, ...target, head: request }),
  };
  const limit = route?.config.limits.body ?? admission.limits.body ?? Number.POSITIVE_INFINITY;
  if (!asked.upgrade && announcesTooMuch(request, limit)) return refusedBy(matched, 'BODY_TOO_LARGE');
  if (asked.upgrade && !mayOpen(view, request, route)) {
    const { status, message } = websocketErrors.table.ORIGIN_REFUSED;
    return { ...matched, refused: { by: 'origin', code: 'ORIGIN_REFUSED', status, message: message() } };
  }
  return atGateway(view, request, now, matched, { target, route, aggregate: found });
}

/** What the gateway asks, and who answers when it lets the request pass. */
function atGateway(
  view: ExplainedView,
  request: ExplainedRequest,
  now: number,
  matched: Explained,
  { target, route, aggregate }: Omit<Admitted, 'ok'> & { aggregate: Aggregate | undefined },
): Explained {
  const { snapshot } = view;
  const { method, headers, rawHeaders, identity, judged } = request;
  const rules = accessOf(view, request, target, route, aggregate);
  const asking = { method, headers, rawHeaders, query: target.query, address: matched.request.client };
  const { auth: config } = snapshot.loaded.config;
  const cookieSecrets = snapshot.secrets.cookies;
  const access = rules && explainAccess(rules, { ...asking, identity, judged, now, cookieSecrets, config });
  const held = access === undefined ? matched : { ...matched, access: access.access };
  if (access?.kind === 'refuse') {
    const { status, message } = gatewayErrors.table[access.code];
    return { ...held, refused: { by: 'gateway', code: access.code, status, message: message() } };
  }
  if (access?.kind === 'preflight') return held;
  if (aggregate !== undefined) return { ...held, ...explainNoSides(view, request, now) };
  const { upgrade, repeatable } = matched;
  const verified = { ...request, identity: access === undefined ? identity : access.identity };
  return { ...held, ...explainSides(view, { request: verified, target, route, upgrade, repeatable }, now) };
}

function refusedBy(explained: Explained, code: RefusalCode): Explained {
  const { status, message } = admissionErrors.table[code];
  return { ...explained, refused: { by: 'admission', code, status, message: message() } };
}

function clientIn({ trusted }: ExplainedView, { headers, socket }: ExplainedRequest): string {
  return clientOf(headers, socket.remoteAddress, trusted);
}

function losersOf(
  { routes }: Snapshot,
  aggregate: string | undefined,
  route: ActiveRoute | undefined,
  matched: Parameters<typeof losers>[2],
): Explanation['losers'] {
  const near = losers(routes, route, matched);
  if (aggregate === undefined) return near;
  return near.map((one) =>
    one.reason === 'it matches'
      ? { ...one, reason: `it matches, but the aggregate ${aggregate} is looked for first` }
      : one,
  );
}

function leftOutOf({ loaded }: Snapshot): Pick<Explanation, 'leftOut'> {
  const never = [...loaded.quarantined].filter(([, { keeps }]) => keeps === undefined);
  return never.length === 0 ? {} : { leftOut: never.map(([route, { reason }]) => ({ route, reason })) };
}

function routeOf({ config, effective, quarantined }: ActiveRoute): Explanation['route'] {
  const { id, match, service, group, deadline } = config;
  const { stage, percent, source } = effective;
  const named = { id, path: match.path, service, group, stage, percent, source, deadline };
  return quarantined === undefined ? named : { ...named, quarantined: quarantined.reason };
}
