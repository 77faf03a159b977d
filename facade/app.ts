/** The request flow: admission → route → assignment → forward → tell; on the side: candidate → compare. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdOf } from '../chassis/request-id.ts';
import { traceparentOf } from '../chassis/trace-context.ts';
import { admit } from './admission/admit.ts';
import { announcesTooMuch, limitBody } from './admission/body-limits.ts';
import { admissionErrors, type RefusalCode } from './admission/errors.ts';
import type { Exchange } from './forwarding/exchange.ts';
import { type AnswerTap, forward, type Step } from './forwarding/forward.ts';
import { answerProblem, refuseUpgrade } from './forwarding/problem-answer.ts';
import { clientOf, hasBody, requestHeaders, upgradeHeaders } from './forwarding/request-headers.ts';
import { forwardUpgrade, type UpgradePlan } from './forwarding/upgrade.ts';
import type { View } from './in-force.ts';
import { type Assignment, assign } from './routing/assignment.ts';
import { assignmentKey } from './routing/assignment-key.ts';
import { plainAddress } from './routing/client-address.ts';
import type { RequestTarget } from './routing/request-target.ts';
import { SHADOW_MARK_HEADER, type ShadowMarks } from './shadow/shadow-mark.ts';
import type { ActiveRoute } from './snapshot.ts';

/** What the flow is made from. */
export interface FacadeDeps {
  /** The view in force; asked once for each request. */
  view: () => View;
  newId: () => string;
  newTraceparent: () => string;
  /** Milliseconds that never jump. */
  monotonic: () => number;
  marks: ShadowMarks;
  /** Sees answers pass, to compare them. */
  tap: AnswerTap;
  /** Called for what is not let in. */
  onRefused: (code: RefusalCode) => void;
  /** Called once for each request, at its end. */
  onEnd: (exchange: Exchange, ms: number) => void;
  /** Called once for each upgrade, at its end. */
  onUpgradeEnd: (plan: UpgradePlan, ms: number, failure: string | undefined) => void;
}

/** The handlers of an HTTP server. */
export interface Facade {
  onRefused: (code: RefusalCode) => void;
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

const LEGACY_ALONE: Assignment = { answers: 'legacy', candidate: false };
const NONE: readonly string[] = [];

/** Makes the request flow. */
export function createFacade(deps: FacadeDeps): Facade {
  return {
    onRefused: deps.onRefused,
    handle: (request, response) => handle(deps, request, response),
    upgrade: (request, socket, head) => upgrade(deps, request, socket, head),
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
  const exchange = arrive(deps, view, request, response, requestId, admission);
  response.once('close', () => {
    exchange.abandon?.();
    deps.onEnd(exchange, deps.monotonic() - exchange.startedAt);
  });
  if (hasBody(request.headers) && !takeBody(deps, view, exchange)) return;
  proceed(deps, view, exchange);
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
  limitBody(request, { bytes, idle: bodyIdle }, (error) => {
    deps.onRefused(error.code as RefusalCode);
    exchange.failure = error.code;
    if (response.headersSent) response.destroy();
    exchange.attempt?.giveUp(error);
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
  const peer = plainAddress(request.socket.remoteAddress);
  const encrypted = 'encrypted' in request.socket;
  const traceparent = traceparentOf(request.headers.traceparent, deps.newTraceparent);
  const underscores = view.admission.underscoreHeaders === 'pass';
  const facts = { peer, encrypted, requestId, traceparent, trusted: view.trusted, underscores };
  return {
    request,
    response,
    requestId,
    startedAt: deps.monotonic(),
    target,
    route,
    assignment: LEGACY_ALONE,
    headers: requestHeaders(request.headers, facts),
    answerHeaders: NONE,
    mark: deps.marks.isOwn(request.headers[SHADOW_MARK_HEADER]) ? 'own' : 'none',
    side: 'legacy',
    upstream: view.legacy.name,
    status: 0,
    failure: undefined,
    fellBack: false,
    abandon: undefined,
    attempt: undefined,
    capture: undefined,
  };
}

/** Assigns and forwards a request that may go on. */
function proceed(deps: FacadeDeps, view: View, exchange: Exchange): void {
  const { request, target, route } = exchange;
  exchange.assignment = assignmentOf(view, route, request, target);
  request.url = target.path + target.query;
  request.headers = exchange.headers as typeof request.headers;
  forward(exchange, planOf(view, route, exchange.assignment), deps.tap);
}

function assignmentOf(
  view: View,
  route: ActiveRoute | undefined,
  { headers, socket }: IncomingMessage,
  { query }: RequestTarget,
): Assignment {
  if (route === undefined) return LEGACY_ALONE;
  return assign(route.rule, () => {
    const address = clientOf(headers, plainAddress(socket.remoteAddress), view.trusted);
    return assignmentKey(route.config.key, { headers, query, address });
  });
}

/** The upstreams to ask, in order. A route whose service is unknown to this view goes to legacy. */
function planOf(view: View, route: ActiveRoute | undefined, assignment: Assignment): Step[] {
  const legacy: Step = { side: 'legacy', upstream: view.legacy, timeout: route?.config.timeout };
  if (route === undefined || assignment.answers === 'legacy') return [legacy];
  const upstream = view.upstreams.get(route.config.service);
  if (upstream === undefined) return [legacy];
  const service: Step = { side: 'service', upstream, timeout: route.config.timeout };
  return assignment.fallback ? [service, legacy] : [service];
}

function upgrade(deps: FacadeDeps, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const view = deps.view();
  const requestId = requestIdOf(request.headers['x-request-id'], deps.newId);
  const admission = admit(request, view.snapshot.table, view.admission);
  if (!admission.ok) {
    deps.onRefused(admission.code);
    refuseUpgrade(socket, admissionErrors.table[admission.code].status, admission.code, requestId);
    return;
  }
  const { target, route } = admission;
  const peer = plainAddress(socket.remoteAddress);
  const [first] = planOf(view, route, assignmentOf(view, route, request, target));
  const { side, upstream } = first!;
  const encrypted = 'encrypted' in socket;
  const traceparent = traceparentOf(request.headers.traceparent, deps.newTraceparent);
  const underscores = view.admission.underscoreHeaders === 'pass';
  const facts = { peer, encrypted, requestId, traceparent, trusted: view.trusted, underscores };
  const headers = upgradeHeaders(request.headers, facts);
  const plan = { requestId, target, headers, side, upstream, route: route?.config.id };
  const startedAt = deps.monotonic();
  forwardUpgrade(request, socket, head, plan, (failure) =>
    deps.onUpgradeEnd(plan, deps.monotonic() - startedAt, failure),
  );
}
