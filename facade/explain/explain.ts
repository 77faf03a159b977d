/** Pure. What would become of a request, by the very functions that decide it in the flow; nothing is sent or counted. */
import { admit } from '../admission/admit.ts';
import { announcesTooMuch } from '../admission/body-limits.ts';
import { admissionErrors, type RefusalCode } from '../admission/errors.ts';
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
import { explainSides } from './sides.ts';
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
  const asked: Explained = {
    request: { method, url, host: headers.host ?? '', client: clientIn(view, request) },
    upgrade: isUpgrade(request),
    repeatable: isRepeatable(request) && !isUpgrade(request),
    ambiguous: explainAmbiguity(request, table, view.admission),
    ...{ losers: [], override: 'none', plan: [] },
  };
  const admission = admit(request, table, view.admission);
  return admission.ok ? entered(view, request, now, asked, admission) : refusedBy(asked, admission.code);
}

/** What was let in by its head: the body that it announces, the gateway, and the sides. */
function entered(
  view: ExplainedView,
  request: ExplainedRequest,
  now: number,
  asked: Explained,
  { target, route: named }: Admitted,
): Explained {
  const { snapshot } = view;
  const found = asked.upgrade ? undefined : snapshot.aggregates?.match(request.method, target.path);
  const route = found === undefined ? named : undefined;
  const matched: Explained = {
    ...asked,
    target,
    aggregate: found && explainAggregate(found, view),
    route: route && routeOf(route),
    losers: losersOf(snapshot, found?.config.id, route, { ...request, ...target, head: request }),
  };
  const limit = route?.config.limits.body ?? view.admission.limits.body ?? Number.POSITIVE_INFINITY;
  if (!asked.upgrade && announcesTooMuch(request, limit)) return refusedBy(matched, 'BODY_TOO_LARGE');
  if (asked.upgrade && !mayOpen(view, request, route)) {
    const { status, message } = websocketErrors.table.ORIGIN_REFUSED;
    return { ...matched, refused: { by: 'origin', code: 'ORIGIN_REFUSED', status, message: message() } };
  }
  const rules = accessOf(view, request, target, route, found);
  const address = asked.request.client;
  const access =
    rules &&
    explainAccess(rules, {
      ...{ method: request.method, headers: request.headers, rawHeaders: request.rawHeaders },
      ...{ query: target.query, address, identity: request.identity, now },
      cookieSecrets: snapshot.secrets.cookies,
      config: snapshot.loaded.config.auth,
    });
  const held = access === undefined ? matched : { ...matched, access: access.access };
  if (access?.kind === 'refuse') {
    const { status, message } = gatewayErrors.table[access.code];
    return { ...held, refused: { by: 'gateway', code: access.code, status, message: message() } };
  }
  if (access?.kind === 'preflight' || found !== undefined) return held;
  const identity = access === undefined ? request.identity : access.identity;
  const { upgrade, repeatable } = asked;
  const letIn = { request: { ...request, identity }, target, route, upgrade, repeatable };
  return { ...held, ...explainSides(view, letIn, now) };
}

function refusedBy(explained: Explained, code: RefusalCode): Explained {
  const { status, message } = admissionErrors.table[code];
  return { ...explained, refused: { by: 'admission', code, status, message: message() } };
}

function clientIn({ trusted }: ExplainedView, { headers, socket }: ExplainedRequest): string {
  return clientOf(headers, socket.remoteAddress, trusted);
}

/** As the server decides it: anything else than a WebSocket is a request like any other. */
function isUpgrade({ method, headers }: ExplainedRequest): boolean {
  const { upgrade = '', connection = '' } = headers;
  const nominated = connection.split(',').some((name) => name.trim().toLowerCase() === 'upgrade');
  return method === 'GET' && upgrade.toLowerCase() === 'websocket' && nominated;
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

function routeOf({ config, effective }: ActiveRoute): Explanation['route'] {
  const { id, match, service, group, deadline } = config;
  const { stage, percent, source } = effective;
  return { id, path: match.path, service, group, stage, percent, source, deadline };
}
