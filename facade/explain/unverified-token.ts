/**
 * Pure. What a JSON Web Token says of itself, and which of the rules that need no key it breaks. Its signature is
 * not looked at, so nothing of it may be believed; the claims are checked as the verification does (RFC 7519, 4.1).
 */
import type { JwtConfig } from '../../chassis/config/schema/auth.ts';
import { LONGEST_TOKEN } from '../gateway/credentials.ts';

/** What a token says, or the rule that it breaks; `reason` names nothing of the token. */
export type UnverifiedToken =
  | { kind: 'readable'; subject: string; claims: Record<string, unknown> }
  | { kind: 'invalid'; reason: string };

/** Reads a token; `now` in milliseconds since the epoch. */
export function readUnverified(token: string, config: JwtConfig, now: number): UnverifiedToken {
  if (token.length > LONGEST_TOKEN) return invalid(`longer than ${LONGEST_TOKEN} bytes`);
  const parts = token.split('.');
  const [head, claims] = parts.slice(0, 2).map(jsonObject);
  if (parts.length !== 3 || head === undefined || claims === undefined)
    return invalid('not three parts of base64url');
  if (!(config.algorithms as readonly unknown[]).includes(head.alg)) return invalid('alg');
  const missing = ['sub', 'exp', ...config.claims.required].find((name) => claims[name] === undefined);
  const broken = missing ?? brokenClaim(claims, config, now / 1_000);
  if (broken !== undefined) return invalid(broken);
  const { sub } = claims;
  return typeof sub === 'string' && sub !== ''
    ? { kind: 'readable', subject: sub, claims }
    : invalid('sub: no text');
}

function brokenClaim(
  { iss, aud, exp, nbf }: Record<string, unknown>,
  { issuer, audience, clockTolerance }: JwtConfig,
  seconds: number,
): string | undefined {
  const tolerance = clockTolerance / 1_000;
  if (iss !== issuer) return 'iss';
  if (![aud].flat().some((one) => (audience as unknown[]).includes(one))) return 'aud';
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= Math.floor(seconds) + tolerance)) return 'nbf';
  if (!(typeof exp === 'number' && exp > Math.floor(seconds) - tolerance)) return 'exp';
  return undefined;
}

function jsonObject(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function invalid(reason: string): UnverifiedToken {
  return { kind: 'invalid', reason };
}
