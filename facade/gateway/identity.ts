/** Pure. Who sent a request, as far as it was verified, and what upstreams are told of it. */
import type { CredentialKind, JwtConfig } from '../../chassis/config/schema/auth.ts';
import type { Headers } from '../forwarding/request-headers.ts';
import type { KeyIdentity } from '../routing/assignment-key.ts';

/** A client that proved itself. */
export interface Identity extends KeyIdentity {
  kind: CredentialKind;
  subject: string;
  tenant: string | undefined;
  scopes: readonly string[];
  /** Of a token: all of them. Of an API key: `sub` and the tenant. */
  claims: Readonly<Record<string, unknown>>;
}

/** Whom a token of these claims names. */
export function tokenIdentity(
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

/** The headers in which upstreams are told who the client is; a client's own of these names never pass. */
export function identityHeaders({ kind, subject, tenant, scopes }: Identity): Headers {
  return {
    'x-strangler-credential': kind,
    'x-strangler-subject': headerText(subject),
    ...(tenant === undefined ? {} : { 'x-strangler-tenant': headerText(tenant) }),
    ...(scopes.length === 0 ? {} : { 'x-strangler-scopes': scopes.map(headerText).join(' ') }),
  };
}

/** Visible ASCII stays; everything else, and `%`, is percent-encoded as UTF-8. */
function headerText(text: string): string {
  return text.toWellFormed().replace(/[^!-$&-~]/gu, encodeURIComponent);
}
