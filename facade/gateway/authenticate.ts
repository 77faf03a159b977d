/** Who a request comes from, by the credentials it presents, and whether that is enough for its path. */
import type { AuthConfig, JwtConfig } from '../../chassis/config/schema/auth.ts';
import type { AuthRule } from './access-rules.ts';
import type { ApiKeys } from './api-keys.ts';
import { credentialsOf } from './credentials.ts';
import type { GatewayCode } from './errors.ts';
import type { Identity } from './identity.ts';
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
/** Bytes; a larger token is refused before anything is computed over it. */
const LONGEST_TOKEN = 8_192;

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

function tokenIdentity(
  subject: string,
  claims: Record<string, unknown>,
  { claims: named }: JwtConfig,
): Identity {
  const tenant = claims[named.tenant];
  const known = typeof tenant === 'string' || typeof tenant === 'number';
  return {
    kind: 'jwt',
    subject,
    tenant: known ? String(tenant) : undefined,
    scopes: scopesOf(claims),
    claims,
  };
}

/** `scope` as RFC 8693 has it, or `scp` as some issuers write it. */
function scopesOf({ scope, scp }: Record<string, unknown>): readonly string[] {
  const written = scope ?? scp;
  if (typeof written === 'string') return written.split(' ').filter((one) => one !== '');
  return Array.isArray(written) ? written.filter((one) => typeof one === 'string') : [];
}

function authorize(rule: AuthRule, identity: Identity): Authenticated {
  if (!rule.kinds.includes(identity.kind)) return refused('CREDENTIAL_KIND_REFUSED', undefined);
  if (rule.scopes.every((scope) => identity.scopes.includes(scope))) return { kind: 'identity', identity };
  const challenge = `Bearer error="insufficient_scope", scope="${rule.scopes.join(' ')}"`;
  return refused('SCOPE_MISSING', identity.kind === 'jwt' ? challenge : undefined);
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
