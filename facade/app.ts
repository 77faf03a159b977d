/** The request flow: admission → route → assignment → forward → tell; on the side: candidate → compare. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdOf } from '../chassis/request-id.ts';
import { traceparentOf } from '../chassis/trace-context.ts';
import { admit } from './admission/admit.ts';
import { announcesTooMuch, limitBody } from './admission/body-limits.ts';
import { admissionErrors, type RefusalCode } from './admission/errors.ts';
import type { ServeAggregate } from './aggregate/serve-aggregate.ts';
import type { Exchange } from './forwarding/exchange.ts';
import { expectsContinue, withExpectation } from './forwarding/expect-continue.ts';
import { forward } from './forwarding/forward.ts';
import type { AnswerTap } from './forwarding/pass-answer.ts';
import { answerProblem, refuseUpgrade } from './forwarding/problem-answer.ts';
import { hasBody, requestHeaders, upgradeHeaders, withoutOverride } from './forwarding/request-headers.ts';
import { settleForGood } from './forwarding/settle.ts';
import { forwardUpgrade, type UpgradePlan } from './forwarding/upgrade.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Identity } from './gateway/identity.ts';
import type { View } from './in-force.ts';
import { applyIdentity, enter, enterUpgrade } from './pass-gateway.ts';
import { planOf } from './plan.ts';
import { accessOf } from './request-access.ts';
import { requestAssignment, requestOverride } from './request-assignment.ts';
import { LEGACY_ALONE } from './routing/assignment.ts';
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
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds that never jump. */
  monotonic: () => number;
  marks: ShadowMarks;
  gateway: Gateway;
  serveAggregate: ServeAggregate;
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
  const { target } = admission;
  const aggregate = view.snapshot.aggregates?.match(request.method ?? '', target.path);
  const route = aggregate === undefined ? admission.route : undefined;
  const exchange = arrive(deps, view, request, response, requestId, { target, route });
  response.once('close', () => {
    settleForGood(exchange);
    deps.onEnd(exchange, deps.monotonic() - exchange.startedAt);
  });
  if (hasBody(request.headers) && !takeBody(deps, view, exchange)) return;
  const goOn = () => {
    const broken = exchange.failure as RefusalCode | undefined;
    // The body broke a limit while the gateway was at it.
    if (broken !== undefined)
      answerProblem(response, admissionErrors.table[broken].status, broken, requestId);
    else if (aggregate === undefined) proceed(deps, view, exchange);
    else void deps.serveAggregate(exchange, aggregate);
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
  const forwarded = view.snapshot.loaded.config.facade.forwardedHeader;
  const facts = { peer, encrypted, requestId, traceparent, trusted: view.trusted, underscores, forwarded };
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
  const entered = { request, socket, head, requestId, target, route, identity: undefined };
  const rules = accessOf(view, request, target, route, undefined);
  if (rules === undefined) join(deps, view, entered);
  else
    enterUpgrade(deps.gateway, view, { ...entered, rules }, (identity) =>
      join(deps, view, { ...entered, identity }),
    );
}

/** An upgrade that may go on. */
interface Entered {
  request: IncomingMessage;
  socket: Socket;
  head: Buffer;
  requestId: string;
  target: RequestTarget;
  route: ActiveRoute | undefined;
  identity: Identity | undefined;
}

/** Assigns and forwards it. */
function join(deps: FacadeDeps, view: View, entered: Entered): void {
  const { request, socket, head, requestId, target, route, identity } = entered;
  const peer = plainAddress(socket.remoteAddress);
  const override = requestOverride(view, request, deps.now);
  const assigning = { request, query: target.query, identity, override, upgrade: true };
  const assignment = requestAssignment(view, route, assigning);
  const [first] = planOf(view, route, assignment);
  const { side, upstream } = first!;
  const encrypted = 'encrypted' in socket;
  const traceparent = traceparentOf(request.headers.traceparent, deps.newTraceparent);
  const underscores = view.admission.underscoreHeaders === 'pass';
  const forwarded = view.snapshot.loaded.config.facade.forwardedHeader;
  const facts = { peer, encrypted, requestId, traceparent, trusted: view.trusted, underscores, forwarded };
  const sent = upgradeHeaders(request.headers, facts);
  const headers = override.kind === 'none' ? sent : withoutOverride(sent);
  applyIdentity(view, identity, headers);
  const overridden = assignment.overridden === true;
  const plan = { requestId, target, headers, side, upstream, override, overridden, route: route?.config.id };
  const startedAt = deps.monotonic();
  forwardUpgrade(request, socket, head, plan, (failure) =>
    deps.onUpgradeEnd(plan, deps.monotonic() - startedAt, failure),
  );
}
