/** Pure. What a request must satisfy on a route, compiled once for each config: nothing to check is undefined. */
import type { AuthRuleConfig, CorsConfig, RateLimitConfig } from '../../chassis/config/schema/access.ts';
import { CREDENTIAL_KINDS, type CredentialKind } from '../../chassis/config/schema/auth.ts';
import type { StranglerConfig } from '../../chassis/config/schema/config.ts';

/** Whether and how a client must prove itself. */
export interface AuthRule {
  required: boolean;
  kinds: readonly CredentialKind[];
  scopes: readonly string[];
}

/** One limit. */
export interface LimitRule {
  /** `facade`, or the id of the route or aggregate. */
  name: string;
  /** Names its counters in the store: another length of time is another limit. */
  counter: string;
  config: RateLimitConfig;
}

/** Everything that is checked before a request goes on. */
export interface AccessRules {
  auth: AuthRule | undefined;
  limits: readonly LimitRule[];
  cors: CorsConfig | undefined;
}

/** Why a valid credential is not enough; undefined: it is. */
export function shortfall(
  { kinds, scopes }: AuthRule,
  identity: { kind: CredentialKind; scopes: readonly string[] },
): 'CREDENTIAL_KIND_REFUSED' | 'SCOPE_MISSING' | undefined {
  if (!kinds.includes(identity.kind)) return 'CREDENTIAL_KIND_REFUSED';
  return scopes.every((scope) => identity.scopes.includes(scope)) ? undefined : 'SCOPE_MISSING';
}

/** What a route or an aggregate says of it. */
export interface OwnAccess {
  id: string;
  auth?: AuthRuleConfig | undefined;
  scopes: readonly string[];
  rateLimit?: RateLimitConfig | undefined;
  cors?: CorsConfig | undefined;
}

/** The facade's rules with a route's own over them; `own` undefined: of requests that no route names. */
export function compileAccess({ facade }: StranglerConfig, own?: OwnAccess): AccessRules | undefined {
  const auth = authRule(own?.auth ?? facade.auth ?? 'none', own?.scopes ?? []);
  const limits: LimitRule[] = [];
  if (facade.rateLimit !== undefined) limits.push(limitRule('facade', facade.rateLimit));
  if (own?.rateLimit !== undefined) limits.push(limitRule(own.id, own.rateLimit, 'of:'));
  const listed = own?.cors ?? facade.cors;
  const cors = listed !== undefined && listed.origins.length > 0 ? listed : undefined;
  if (auth === undefined && limits.length === 0 && cors === undefined) return undefined;
  return { auth, limits, cors };
}

function authRule(written: AuthRuleConfig, scopes: readonly string[]): AuthRule | undefined {
  if (written === 'none') return undefined;
  if (written === 'optional') return { required: scopes.length > 0, kinds: CREDENTIAL_KINDS, scopes };
  return { required: true, kinds: written === 'required' ? CREDENTIAL_KINDS : written, scopes };
}

function limitRule(name: string, config: RateLimitConfig, prefix = ''): LimitRule {
  return { name, counter: `${prefix}${name}:${config.requests}/${config.per}`, config };
}
