/** Pure. Who may use an admin API: holders of tokens, each with a role. Only digests of tokens are kept. */
import { timingSafeEqual } from 'node:crypto';
import { ROLES, type Role } from '../config/schema/tokens.ts';
import { tokenDigest } from '../http/bearer-token.ts';

/** Somebody with a token. */
export interface TokenHolder {
  name: string;
  role: Role;
  digest: Buffer;
}

/** The holders of the tokens of the config, and of the process's own token, which is an admin's. */
export function tokenHolders(
  tokens: readonly { name: string; role: Role; sha256: string }[],
  own: string | undefined,
): TokenHolder[] {
  const listed = tokens.map(({ name, role, sha256 }) => ({ name, role, digest: Buffer.from(sha256, 'hex') }));
  return own ? [{ name: 'admin', role: 'admin', digest: tokenDigest(own) }, ...listed] : listed;
}

/** Whose token it is. All are compared, so that the time taken tells nothing. */
export function holderOf(token: string, holders: readonly TokenHolder[]): TokenHolder | undefined {
  const digest = tokenDigest(token);
  let found: TokenHolder | undefined;
  for (const holder of holders) if (timingSafeEqual(holder.digest, digest)) found ??= holder;
  return found;
}

/** Whether a role includes another. */
export function atLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
