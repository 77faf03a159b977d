/** The request flow: admission → route → assignment → forward → tell; on the side: candidate → compare. Upgrades: websocket/. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdOf } from '../chassis/request-id.ts';
import { admit } from './admission/admit.ts';
import { announcesTooMuch, limitBody } from './admission/body-limits.ts';
import { admissionErrors, type RefusalCode } from './admission/errors.ts';
import type { ServeAggregate } from './aggregate/serve-aggregate.ts';
import { breakOff, limitTotal } from './forwarding/break-off.ts';
import type { Exchange } from './forwarding/exchange.ts';
import { expectsContinue, withExpectation } from './forwarding/expect-continue.ts';
import { forward } from './forwarding/forward.ts';
import type { AnswerTap } from './forwarding/pass-answer.ts';
import { answerProblem } from './forwarding/problem-answer.ts';
import { hasBody, requestHeaders, withoutOverride } from './forwarding/request-headers.ts';
import { settleForGood } from './forwarding/settle.ts';
import type { View } from './in-force.ts';
import { enter } from './pass-gateway.ts';
import { planOf } from './plan.ts';
import { accessOf } from './request-access.ts';
import { requestAssignment, requestOverride } from './request-assignment.ts';
import { requestFacts } from './request-facts.ts';
import { LEGACY_ALONE } from './routing/assignment.ts';
import type { RequestTarget } from './routing/request-target.ts';
import { SHADOW_MARK_HEADER, type ShadowMarks } from './shadow/shadow-mark.ts';
import type { ActiveRoute } from './snapshot.ts';
import type { WaitingClients } from './waiting-clients.ts';
import { type UpgradeDeps, upgrade } from './websocket/upgrade-flow.ts';

/** What the flow is made from. */
export interface FacadeDeps extends UpgradeDeps {
  marks: ShadowMarks;
  clients: WaitingClients;
  serveAggregate: ServeAggregate;
  /** Sees answers pass, to compare them. */
  tap: AnswerTap;
  /** Called once for each request, at its end. */
  onEnd: (exchange: Exchange, ms: number) => void;
}

/** The handlers of an HTTP server. */
export interface Facade {
  onRefused: (code: RefusalCode) => void;
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  /** Ends the WebSockets that are open, and opens no more. */
  closeWebSockets(): void;
}

const NONE: readonly string[] = [];

/** Makes the request flow. */
export function createFacade(deps: FacadeDeps): Facade {
  return {
    onRefused: deps.onRefused,
    handle: (request, response) => handle(deps, request, response),
    upgrade: (request, socket, head) => upgrade(deps, request, socket, head),
    closeWebSockets: () => deps.websockets.close(),
  };
}

function handle(deps: FacadeDeps, request: IncomingMessage, response: ServerResponse): void {
  const view = deps.view();
  const requestId = requestIdOf(request.headers['x-request-id'], deps.newId);
  const admission = admit(request, view.snapshot.table, view.admission);
  if (!admission.ok) {
    answerProblem(response, admissionErrors.table[admission.code].status, admission.code, requestId);
    deps.onRefused(admission.code);
    return;
  }
  const { target } = admission;
  const aggregate = view.snapshot.aggregates?.match(request.method ?? '', target.path);
  const route = aggregate === undefined ? admission.route : undefined;
  const exchange = arrive(deps, view, request, response, requestId, { target, route });
  deps.clients.came();
  response.once('close', () => {
    deps.clients.left();
    settleForGood(exchange);
    deps.onEnd(exchange, deps.monotonic() - exchange.startedAt);
  });
  limitTotal(exchange, route?.config.limits.total ?? view.admission.limits.total);
  if (hasBody(request.headers) && !takeBody(deps, view, exchange)) return;
  const goOn = () => {
    if (aggregate === undefined) proceed(deps, view, exchange);
    else void deps.serveAggregate(exchange, aggregate, view.upstreams);
  };
  const rules = accessOf(view, request, target, route, aggregate);
  if (rules === undefined) goOn();
  else enter(deps.gateway, view, exchange, rules, goOn);
}

/** Watches over the body; false, and answered, when it announces too much. */
function takeBody(deps: FacadeDeps, { admission }: View, exchange: Exchange): boolean {
  const { request, response, requestId, route } = exchange;
  const { body = Number.POSITIVE_INFINITY, bodyIdle } = admission.limits;
  const bytes = route?.config.limits.body ?? body;
  if (announcesTooMuch(request, bytes)) {
    deps.onRefused('BODY_TOO_LARGE');
    answerProblem(response, 413, 'BODY_TOO_LARGE', requestId);
    return false;
  }
  limitBody(exchange, { bytes, idle: bodyIdle }, (error) => {
    if (error.code in admissionErrors.table) deps.onRefused(error.code as RefusalCode);
    breakOff(exchange, error);
  });
  return true;
}

/** What is known of a request when it is let in. */
function arrive(
  deps: FacadeDeps,
  view: View,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  { target, route }: { target: RequestTarget; route: ActiveRoute | undefined },
): Exchange {
  const facts = requestFacts(view, request, requestId, deps.newTraceparent);
  const override = requestOverride(view, request, deps.now);
  const headers = requestHeaders(request.headers, facts);
  if (expectsContinue(request)) withExpectation(headers);
  return {
    request,
    response,
    requestId,
    startedAt: deps.monotonic(),
    target,
    route,
    configVersion: view.snapshot.loaded.version,
    identity: undefined,
    override,
    assignment: LEGACY_ALONE,
    headers: override.kind === 'none' ? headers : withoutOverride(headers),
    answerHeaders: NONE,
    ownsCors: false,
    mark: deps.marks.isOwn(request.headers[SHADOW_MARK_HEADER]) ? 'own' : 'none',
    side: 'legacy',
    upstream: view.legacy.name,
    status: 0,
    failure: undefined,
    fellBack: false,
    abandon: undefined,
    limit: undefined,
    deadline: undefined,
    answerable: undefined,
    total: undefined,
    patience: undefined,
    expired: false,
    instance: undefined,
    attempt: undefined,
    capture: undefined,
  };
}

/** Assigns and forwards a request that may go on. */
function proceed(deps: FacadeDeps, view: View, exchange: Exchange): void {
  const { request, target, route, identity, override } = exchange;
  const assigning = { request, query: target.query, identity, override, upgrade: false };
  exchange.assignment = requestAssignment(view, route, assigning);
  request.url = target.path + target.query;
  request.headers = exchange.headers as typeof request.headers;
  forward(exchange, planOf(view, route, exchange.assignment), deps.tap);
}
