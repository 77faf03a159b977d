/**
 * The gateway's duties before a request goes on: preflight → credentials → limits. Answers the facade's own
 * way, or says who the client is and what the answer is to carry.
 */
import type { Clock } from '../../chassis/clock.ts';
import type { AuthConfig } from '../../chassis/config/schema/auth.ts';
import type { Transport } from '../../chassis/http/transport.ts';
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import type { Headers } from '../forwarding/request-headers.ts';
import type { AccessRules } from './access-rules.ts';
import { authenticate } from './authenticate.ts';
import { createAuthorities } from './authorities.ts';
import { answerPreflight, corsHeaders, preflightMethod } from './cors.ts';
import { type GatewayCode, gatewayErrors } from './errors.ts';
import type { Identity } from './identity.ts';
import { type Verified, verifyToken } from './json-web-token.ts';
import type { Limiter } from './limiter.ts';
import { createObserver } from './observer.ts';
import { limitRequest } from './rate-limit.ts';

/** A request as it was received. */
export interface GatewayRequest {
  requestId: string;
  method?: string | undefined;
  headers: Headers;
  rawHeaders: readonly string[];
  /** Starts with `?`, or is empty. */
  query: string;
  /** The client's address, as far as trusted peers report it. */
  address: string;
  cookieSecrets: readonly string[];
  rules: AccessRules;
  auth: AuthConfig;
}

/** What becomes of it. Headers are name, value, name, value. */
export type GatewayVerdict =
  | { kind: 'pass'; identity: Identity | undefined; answerHeaders: readonly string[] }
  | { kind: 'preflight'; answerHeaders: readonly string[] }
  | { kind: 'refuse'; status: number; code: GatewayCode; answerHeaders: readonly string[] };

/** What requests must pass. */
export interface Gateway {
  /** Called only where there is something to check. Never rejects. */
  admit(request: GatewayRequest): GatewayVerdict | Promise<GatewayVerdict>;
  /** What the keys known now say of a token; undefined while none are known. The issuer is not asked, nothing is counted. */
  judge(token: string, auth: AuthConfig): Promise<Verified | undefined>;
}

/** What it is made from. */
export interface GatewayDeps {
  /** The first config's, so that keys are there before the first request. */
  auth: AuthConfig;
  limiter: Limiter;
  transport: Transport;
  clock: Clock;
  metrics: Metrics;
  log: Logger;
}

/** Makes the gateway. */
export function createGateway({ auth, limiter, transport, clock, metrics, log }: GatewayDeps): Gateway {
  const observer = createObserver(metrics, log);
  const authoritiesOf = createAuthorities({ transport, clock, log, onFetched: observer.fetched });
  authoritiesOf(auth);

  const check = async (request: GatewayRequest, common: readonly string[]): Promise<GatewayVerdict> => {
    const { rules, rawHeaders, requestId } = request;
    let identity: Identity | undefined;
    if (rules.auth !== undefined) {
      const outcome = await authenticate(rules.auth, rawHeaders, authoritiesOf(request.auth), clock.now());
      observer.authenticated(outcome, requestId);
      if (outcome.kind === 'refused')
        return refuse(outcome.code, [...challenge(outcome.challenge), ...common]);
      if (outcome.kind === 'identity') identity = outcome.identity;
    }
    if (rules.limits.length === 0) return { kind: 'pass', identity, answerHeaders: common };
    const limited = await limitRequest(rules.limits, { ...request, identity }, limiter, observer.limited);
    const answerHeaders = [...limited.headers, ...common];
    if (limited.code !== undefined) return refuse(limited.code, answerHeaders);
    return { kind: 'pass', identity, answerHeaders };
  };

  return {
    async judge(token, config) {
      const known = authoritiesOf(config).keys?.known();
      return known && config.jwt && verifyToken(token, known, config.jwt, clock.now());
    },
    admit(request) {
      const { cors, auth: authRule, limits } = request.rules;
      const asked = cors && preflightMethod(request);
      if (cors !== undefined && asked !== undefined) {
        const { allowed, headers } = answerPreflight(cors, request, asked);
        return allowed ? { kind: 'preflight', answerHeaders: headers } : refuse('CORS_REFUSED', headers);
      }
      const common = cors === undefined ? [] : corsHeaders(cors, request);
      if (authRule === undefined && limits.length === 0)
        return { kind: 'pass', identity: undefined, answerHeaders: common };
      return check(request, common);
    },
  };
}

function challenge(text: string | undefined): string[] {
  return text === undefined ? [] : ['www-authenticate', text];
}

function refuse(code: GatewayCode, answerHeaders: readonly string[]): GatewayVerdict {
  return { kind: 'refuse', status: gatewayErrors.table[code].status, code, answerHeaders };
}
