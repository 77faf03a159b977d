/** Leads a request through the gateway's duties, where its path has any; it goes on, or gets its answer here. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type Exchange, FACADE_ALONE } from './forwarding/exchange.ts';
import { answerProblem, refuseUpgrade } from './forwarding/problem-answer.ts';
import { clientOf, type Headers } from './forwarding/request-headers.ts';
import type { AccessRules } from './gateway/access-rules.ts';
import type { Gateway, GatewayVerdict } from './gateway/gateway.ts';
import { type Identity, identityHeaders } from './gateway/identity.ts';
import type { View } from './in-force.ts';
import { plainAddress } from './routing/client-address.ts';
import type { RequestTarget } from './routing/request-target.ts';

/** Leads an exchange through; calls `onPass` when it may go on and its client is still there. */
export function enter(
  gateway: Gateway,
  view: View,
  exchange: Exchange,
  rules: AccessRules,
  onPass: () => void,
): void {
  const { response, requestId } = exchange;
  exchange.ownsCors = rules.cors !== undefined;
  // Until it may go on, no upstream has a part in it: not even when the client leaves now.
  exchange.upstream = FACADE_ALONE;
  const settle = (verdict: GatewayVerdict) => {
    exchange.answerHeaders = verdict.answerHeaders;
    // It may have got its answer meanwhile: a limit was over.
    if (response.destroyed || response.writableEnded) return;
    switch (verdict.kind) {
      case 'pass':
        exchange.identity = verdict.identity;
        applyIdentity(view, verdict.identity, exchange.headers);
        return onPass();
      case 'preflight':
        exchange.status = 204;
        response.writeHead(204, ['x-request-id', requestId, ...verdict.answerHeaders]).end();
        return;
      case 'refuse':
        exchange.status = verdict.status;
        answerProblem(response, verdict.status, verdict.code, requestId, verdict.answerHeaders);
    }
  };
  const verdict = ask(gateway, view, exchange, rules);
  if (verdict instanceof Promise) void verdict.then(settle);
  else settle(verdict);
}

/** What an upgrade that may go on got at the gateway. */
export interface Entered {
  identity: Identity | undefined;
  /** For the answer. */
  answerHeaders: readonly string[];
}

/** The same for an upgrade. */
export function enterUpgrade(
  gateway: Gateway,
  view: View,
  entering: Entering & { socket: Socket; rules: AccessRules },
  onPass: (entered: Entered) => void,
): void {
  const { socket, rules } = entering;
  const settle = (verdict: GatewayVerdict) => {
    if (socket.destroyed) return;
    if (verdict.kind === 'pass') onPass(verdict);
    // An upgrade is no preflight: those are OPTIONS.
    else if (verdict.kind === 'refuse')
      refuseUpgrade(socket, verdict.status, verdict.code, entering.requestId, verdict.answerHeaders);
  };
  void Promise.resolve(ask(gateway, view, entering, rules)).then(settle);
}

/** What upstreams learn of who it is, as the config says. */
export function applyIdentity({ snapshot }: View, identity: Identity | undefined, headers: Headers): void {
  if (identity === undefined) return;
  const { forward, strip, apiKeys } = snapshot.loaded.config.auth;
  if (forward) Object.assign(headers, identityHeaders(identity));
  if (!strip) return;
  delete headers.authorization;
  if (apiKeys !== undefined) delete headers[apiKeys.header];
}

interface Entering {
  request: IncomingMessage;
  requestId: string;
  target: RequestTarget;
}

function ask(
  gateway: Gateway,
  { snapshot, trusted }: View,
  { request, requestId, target }: Entering,
  rules: AccessRules,
): GatewayVerdict | Promise<GatewayVerdict> {
  const { method, headers, rawHeaders, socket } = request;
  return gateway.admit({
    ...{ requestId, method, headers, rawHeaders, rules, query: target.query },
    address: clientOf(headers, plainAddress(socket.remoteAddress), trusted),
    cookieSecrets: snapshot.secrets.cookies,
    auth: snapshot.loaded.config.auth,
  });
}
