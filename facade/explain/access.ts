/** Pure. What the gateway would say to a request, by its own functions, as far as that is known without asking anybody. */
import type { AuthConfig } from '../../chassis/config/schema/auth.ts';
import type { AccessRules, AuthRule } from '../gateway/access-rules.ts';
import { shortfall } from '../gateway/access-rules.ts';
import { createApiKeys } from '../gateway/api-keys.ts';
import { answerPreflight, corsHeaders, preflightMethod } from '../gateway/cors.ts';
import { credentialsOf } from '../gateway/credentials.ts';
import type { GatewayCode } from '../gateway/errors.ts';
import { type Identity, tokenIdentity } from '../gateway/identity.ts';
import type { Verified } from '../gateway/json-web-token.ts';
import { limitKey } from '../gateway/limit-key.ts';
import { findKey, type KeyIdentity, type KeyPlaces, sourceText } from '../routing/assignment-key.ts';
import type { AccessExplanation } from './explanation.ts';
import { shownValue } from './shown-key.ts';
import { readUnverified } from './unverified-token.ts';

/** A request at the gateway. */
export interface AskedAccess extends KeyPlaces {
  method: string;
  rawHeaders: readonly string[];
  config: AuthConfig;
  /** What the issuer's keys say of its token; undefined: they are not known here. */
  judged: Verified | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

/** What it would say. */
export type ExplainedAccess = { access: AccessExplanation } & (
  | { kind: 'pass'; identity: KeyIdentity | undefined }
  | { kind: 'preflight' }
  | { kind: 'refuse'; code: GatewayCode }
);

type AuthExplanation = NonNullable<AccessExplanation['auth']>;

interface ExplainedAuth {
  auth: AuthExplanation;
  identity: KeyIdentity | undefined;
  code?: GatewayCode;
}

/** Explains, in the order in which the gateway decides: preflight, credentials, limits. */
export function explainAccess(rules: AccessRules, asked: AskedAccess): ExplainedAccess {
  const cors = rules.cors && explainCors(rules.cors, asked);
  const access: AccessExplanation = { limits: [], ...(cors && { cors }) };
  if (cors?.preflight)
    return cors.page === 'allowed'
      ? { access, kind: 'preflight' }
      : { access, kind: 'refuse', code: 'CORS_REFUSED' };
  const checked = rules.auth && explainAuth(rules.auth, asked);
  if (checked !== undefined) access.auth = checked.auth;
  if (checked?.code !== undefined) return { access, kind: 'refuse', code: checked.code };
  const identity = checked === undefined ? asked.identity : checked.identity;
  access.limits = rules.limits.map(({ name, config: { requests, per, by } }) => {
    const places = { ...asked, identity };
    return { name, requests, per, key: shownKey(by, places) };
  });
  return { access, kind: 'pass', identity };
}

function explainCors(cors: NonNullable<AccessRules['cors']>, asked: AskedAccess): AccessExplanation['cors'] {
  const method = preflightMethod(asked);
  if (method !== undefined)
    return { preflight: true, page: answerPreflight(cors, asked, method).allowed ? 'allowed' : 'refused' };
  if (asked.headers.origin === undefined) return { preflight: false, page: 'none' };
  const allowed = corsHeaders(cors, asked).includes('access-control-allow-origin');
  return { preflight: false, page: allowed ? 'allowed' : 'refused' };
}

function explainAuth(rule: AuthRule, asked: AskedAccess): ExplainedAuth {
  const { required, kinds, scopes } = rule;
  const { identity, config, rawHeaders } = asked;
  const known = { jwt: config.jwt !== undefined, apiKey: config.apiKeys !== undefined };
  const told = { required, kinds: kinds.filter((kind) => known[kind]), scopes: [...scopes] };
  if (identity !== undefined)
    return { auth: { ...told, presented: 'given', subject: identity.subject }, identity };
  const presented = credentialsOf(rawHeaders, config.jwt !== undefined, config.apiKeys?.header);
  const auth: AuthExplanation = { ...told, presented: presented.kind };
  const refused = (code: GatewayCode): ExplainedAuth => ({ auth, identity: undefined, code });
  const heldAgainst = (found: Identity): ExplainedAuth => {
    auth.subject = found.subject;
    return { auth, identity: found, code: shortfall(rule, found) };
  };
  switch (presented.kind) {
    case 'none':
      return required ? refused('AUTH_REQUIRED') : { auth, identity: undefined };
    case 'ambiguous':
      return refused('AUTH_AMBIGUOUS');
    case 'apiKey': {
      const found = createApiKeys(config.apiKeys!).find(presented.key);
      return found === undefined ? refused('API_KEY_INVALID') : heldAgainst(found);
    }
    case 'jwt': {
      const read = readUnverified(presented.token, config.jwt!, asked.now);
      if (read.kind === 'invalid') {
        auth.reason = read.reason;
        return refused('TOKEN_INVALID');
      }
      if (asked.judged?.kind === 'invalid') {
        auth.reason = asked.judged.reason;
        return refused('TOKEN_INVALID');
      }
      if (asked.judged?.kind !== 'valid') auth.unverified = true;
      return heldAgainst(tokenIdentity(read.subject, read.claims, config.jwt!));
    }
  }
}

/** By whom a limit counts; there is always the address. */
function shownKey(by: AccessRules['limits'][number]['config']['by'], places: KeyPlaces): string {
  const found = findKey(by, places);
  if (found === undefined || found.source.kind === 'ip') return limitKey([{ kind: 'ip' }], places);
  return `${sourceText(found.source)} ${shownValue(found)}`;
}
