/** Who a request comes from, by the credentials it presents, and whether that is enough for its path. */
import type { AuthConfig } from '../../chassis/config/schema/auth.ts';
import { type AuthRule, shortfall } from './access-rules.ts';
import type { ApiKeys } from './api-keys.ts';
import { credentialsOf, LONGEST_TOKEN } from './credentials.ts';
import type { GatewayCode } from './errors.ts';
import { type Identity, tokenIdentity } from './identity.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { verifyToken } from './json-web-token.ts';

/** What credentials are held against; undefined: none of this kind is configured. */
export interface Authorities {
  config: AuthConfig;
  keys: IssuerKeys | undefined;
  apiKeys: ApiKeys | undefined;
}

/** Somebody, nobody, or why not. `reason` is for the log. */
export type Authenticated =
  | { kind: 'identity'; identity: Identity }
  | { kind: 'anonymous' }
  | { kind: 'refused'; code: GatewayCode; challenge: string | undefined; reason?: string };

const ANONYMOUS: Authenticated = { kind: 'anonymous' };

/** Authenticates; `now` in milliseconds since the epoch. Credentials that are presented must be valid, asked for or not. */
export async function authenticate(
  rule: AuthRule,
  raw: readonly string[],
  authorities: Authorities,
  now: number,
): Promise<Authenticated> {
  const { config, apiKeys } = authorities;
  const presented = credentialsOf(raw, config.jwt !== undefined, apiKeys?.header);
  switch (presented.kind) {
    case 'none':
      return rule.required ? refused('AUTH_REQUIRED', challengeOf(rule, authorities)) : ANONYMOUS;
    case 'ambiguous':
      return refused('AUTH_AMBIGUOUS', undefined);
    case 'apiKey': {
      const identity = apiKeys?.find(presented.key);
      if (identity === undefined) return refused('API_KEY_INVALID', challengeOf(rule, authorities));
      return authorize(rule, identity);
    }
    case 'jwt': {
      const known = await identityOf(presented.token, authorities, now);
      return known.kind === 'identity' ? authorize(rule, known.identity) : known;
    }
  }
}

async function identityOf(
  token: string,
  { config: { jwt }, keys }: Authorities,
  now: number,
): Promise<Authenticated> {
  if (token.length > LONGEST_TOKEN) return invalidToken(`longer than ${LONGEST_TOKEN} bytes`);
  const known = await keys!.current();
  if (known === undefined) return refused('TOKEN_KEYS_AWAY', undefined);
  let verified = await verifyToken(token, known, jwt!, now);
  if (verified.kind === 'key-unknown') {
    const newer = await keys!.newer(known);
    if (newer !== known) verified = await verifyToken(token, newer, jwt!, now);
  }
  switch (verified.kind) {
    case 'key-unknown':
      return invalidToken('no key of the issuer fits');
    case 'invalid':
      return invalidToken(verified.reason);
    case 'valid': {
      const { sub } = verified.claims;
      if (typeof sub !== 'string' || sub === '') return invalidToken('sub: no text');
      return { kind: 'identity', identity: tokenIdentity(sub, verified.claims, jwt!) };
    }
  }
}

function authorize(rule: AuthRule, identity: Identity): Authenticated {
  const code = shortfall(rule, identity);
  if (code === undefined) return { kind: 'identity', identity };
  if (code === 'CREDENTIAL_KIND_REFUSED') return refused(code, undefined);
  const challenge = `Bearer error="insufficient_scope", scope="${rule.scopes.join(' ')}"`;
  return refused(code, identity.kind === 'jwt' ? challenge : undefined);
}

/** How a client may prove itself (RFC 9110, 11.6.1; RFC 6750, 3). */
function challengeOf({ kinds }: AuthRule, { config }: Authorities): string {
  const ways = kinds.flatMap((kind) => {
    if (kind === 'jwt') return config.jwt === undefined ? [] : ['Bearer'];
    return config.apiKeys === undefined ? [] : [`ApiKey header="${config.apiKeys.header}"`];
  });
  return ways.join(', ');
}

function invalidToken(reason: string): Authenticated {
  return { ...refused('TOKEN_INVALID', 'Bearer error="invalid_token"'), reason };
}

function refused(code: GatewayCode, challenge: string | undefined) {
  return { kind: 'refused', code, challenge } as const;
}
