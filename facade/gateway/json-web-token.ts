/**
 * The door to jose: reads a key set, verifies a token. Which algorithms are taken is said by the config and
 * never by the token; a token whose key is not named, where several would fit, is refused.
 */
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import type { JwtConfig } from '../../chassis/config/schema/auth.ts';

/** The keys of an issuer, read. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

/** What came of verifying a token. */
export type Verified =
  | { kind: 'valid'; claims: Record<string, unknown> }
  /** The set has no key for it, though a newer one may. */
  | { kind: 'key-unknown' }
  /** `reason` names the rule that it breaks, and nothing of the token. */
  | { kind: 'invalid'; reason: string };

/** Reads a JSON Web Key Set (RFC 7517); throws what is wrong with it. */
export function readKeySet(json: string): KeySet {
  return createLocalJWKSet(JSON.parse(json));
}

/** Verifies signature, issuer, audience, times and claims. `now` in milliseconds since the epoch. */
export async function verifyToken(
  token: string,
  keys: KeySet,
  config: JwtConfig,
  now: number,
): Promise<Verified> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: config.issuer,
      audience: config.audience,
      algorithms: config.algorithms,
      clockTolerance: config.clockTolerance / 1_000,
      requiredClaims: ['sub', 'exp', ...config.claims.required],
      currentDate: new Date(now),
    });
    return { kind: 'valid', claims: payload };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return { kind: 'key-unknown' };
    return { kind: 'invalid', reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
    return `${error.claim}: ${error.reason}`;
  return error instanceof errors.JOSEError ? error.code : 'unreadable';
}
