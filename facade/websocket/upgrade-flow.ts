/** The flow of an upgrade: admission → Origin → credentials → assignment → forward → join. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdOf } from '../../chassis/request-id.ts';
import { admit } from '../admission/admit.ts';
import { admissionErrors, type RefusalCode } from '../admission/errors.ts';
import { refuseUpgrade } from '../forwarding/problem-answer.ts';
import { upgradeHeaders, withoutOverride } from '../forwarding/request-headers.ts';
import { forwardUpgrade } from '../forwarding/upgrade.ts';
import type { UpgradeOutcome, UpgradePlan } from '../forwarding/upgrade-plan.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Identity } from '../gateway/identity.ts';
import type { View } from '../in-force.ts';
import { applyIdentity, enterUpgrade } from '../pass-gateway.ts';
import { planOf } from '../plan.ts';
import { accessOf } from '../request-access.ts';
import { requestAssignment, requestOverride } from '../request-assignment.ts';
import { requestFacts } from '../request-facts.ts';
import type { RequestTarget } from '../routing/request-target.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { Connections } from './connections.ts';
import { type WebSocketRefusal, websocketErrors } from './errors.ts';
import { type Joined, join } from './join.ts';
import { mayOpen } from './may-open.ts';

/** What the flow is made from. */
export interface UpgradeDeps {
  /** The view in force; asked once for each upgrade. */
  view: () => View;
  newId: () => string;
  newTraceparent: () => string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds that never jump. */
  monotonic: () => number;
  /** Four random bytes. */
  mask: () => Buffer;
  gateway: Gateway;
  websockets: Connections;
  /** Called for what is not let in. */
  onRefused: (code: RefusalCode | WebSocketRefusal) => void;
  /** Called once for each upgrade that was let in, at its end. */
  onUpgradeEnd: (plan: UpgradePlan, end: UpgradeEnd) => void;
}

/** How an upgrade that was let in ended. */
export interface UpgradeEnd extends UpgradeOutcome {
  /** From its arrival. */
  ms: number;
  /** It was told to connect again. */
  drained: boolean;
  /** Bytes from and to the client while it was open. */
  bytes: { received: number; sent: number };
}

/** The time that legacy has where no route names the path: as long as that of a route that says nothing; ms. */
const TIMEOUT_MS = 30_000;

/** An upgrade on its way in. */
interface Entering {
  request: IncomingMessage;
  socket: Socket;
  head: Buffer;
  requestId: string;
  startedAt: number;
  target: RequestTarget;
  route: ActiveRoute | undefined;
  identity: Identity | undefined;
  answerHeaders: readonly string[];
  /** CORS is the facade's affair. */
  ownsCors: boolean;
}

/** Leads one upgrade through. */
export function upgrade(deps: UpgradeDeps, request: IncomingMessage, socket: Socket, head: Buffer): void {
  // Node has taken its own away, and without any a reset by the client would end the process.
  socket.on('error', () => {});
  const view = deps.view();
  const requestId = requestIdOf(request.headers['x-request-id'], deps.newId);
  const admission = admit(request, view.snapshot.table, view.admission);
  if (!admission.ok) {
    deps.onRefused(admission.code);
    refuseUpgrade(socket, admissionErrors.table[admission.code].status, admission.code, requestId);
    return;
  }
  const { target, route } = admission;
  const startedAt = deps.monotonic();
  const rules = accessOf(view, request, target, route, undefined);
  const alone = { identity: undefined, answerHeaders: [], ownsCors: rules?.cors !== undefined };
  const entering = { request, socket, head, requestId, startedAt, target, route, ...alone };
  if (!mayOpen(view, request, route)) {
    refuse(deps, entering, 'ORIGIN_REFUSED');
    return;
  }
  if (rules === undefined) forward(deps, view, entering);
  else
    enterUpgrade(deps.gateway, view, { ...entering, rules }, ({ identity, answerHeaders }) =>
      forward(deps, view, { ...entering, identity, answerHeaders }),
    );
}

function refuse(deps: UpgradeDeps, { socket, requestId }: Entering, code: WebSocketRefusal): void {
  deps.onRefused(code);
  refuseUpgrade(socket, websocketErrors.table[code].status, code, requestId);
}

/** Assigns and forwards one that may go on. */
function forward(deps: UpgradeDeps, view: View, entering: Entering): void {
  const { request, socket, head, startedAt } = entering;
  const plan = planned(deps, view, entering);
  const { headers, rawHeaders } = request;
  const connection = deps.websockets.enter(plan, { headers, rawHeaders });
  if (typeof connection === 'string') {
    refuse(deps, entering, connection);
    return;
  }
  let joined: Joined | undefined;
  forwardUpgrade(request, socket, head, plan, {
    onOpen(upstream) {
      joined = join(socket, upstream, deps.mask);
      connection.opened(joined);
    },
    onEnd(outcome) {
      connection.ended();
      const bytes = { received: joined?.received() ?? 0, sent: joined?.sent() ?? 0 };
      const ms = deps.monotonic() - startedAt;
      deps.onUpgradeEnd(plan, { ...outcome, ms, drained: connection.drained, bytes });
    },
  });
}

function planned(deps: UpgradeDeps, view: View, entering: Entering): UpgradePlan {
  const { request, requestId, target, route, identity, answerHeaders, ownsCors } = entering;
  const override = requestOverride(view, request, deps.now);
  const assigning = { request, query: target.query, identity, override, upgrade: true };
  const assignment = requestAssignment(view, route, assigning);
  const [first] = planOf(view, route, assignment);
  const { side, upstream } = first!;
  const { timeout = TIMEOUT_MS } = upstream.guards === undefined ? first! : upstream;
  const facts = requestFacts(view, request, requestId, deps.newTraceparent);
  const sent = upgradeHeaders(request.headers, facts);
  const headers = override.kind === 'none' ? sent : withoutOverride(sent);
  applyIdentity(view, identity, headers);
  const overridden = assignment.overridden === true;
  const found = { requestId, target, headers, override, overridden, route: route?.config.id };
  return { ...found, side, upstream, timeout, answerHeaders, ownsCors };
}
