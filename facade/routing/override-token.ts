/**
 * Pure. The token with which a tester chooses a side: `SIDE[:ROUTE].EXPIRY.KEY.SIGNATURE`. It comes as a header or a
 * cookie, is signed, ends by itself, and is never forwarded.
 */
import type { Side } from './assignment.ts';
import { cookieOf } from './cookie.ts';
import { isSigned, sign } from './signature.ts';

/** The request header that carries a token; like all of the kit's own it is removed before forwarding. */
export const OVERRIDE_HEADER = 'x-strangler-side';
/** The cookie that carries one. */
export const OVERRIDE_COOKIE = 'strangler-side';

/** What a token says; `route` undefined: every route. */
export interface OverrideClaim {
  side: Side;
  route: string | undefined;
  /** Milliseconds since the epoch; tokens keep whole seconds. */
  expiresAt: number;
}

/** What a request's token comes to. */
export type Override =
  | { kind: 'none' }
  | { kind: 'forged' }
  | { kind: 'expired' }
  | { kind: 'valid'; side: Side; route: string | undefined };

/** How an override is counted; `unused`: a good token where it does not count (docs/reference/routing.md). */
export type OverrideResult = 'applied' | 'unused' | 'expired' | 'forged';

/** A secret and the name under which tokens refer to it. */
export interface OverrideKey {
  id: string;
  secret: string;
}

/** What most requests have. */
export const NO_OVERRIDE: Override = { kind: 'none' };
const FORGED: Override = { kind: 'forged' };
const EXPIRED: Override = { kind: 'expired' };
const LONGEST = 256;
const CLAIM = /^(legacy|service)(?::([a-z0-9][a-z0-9-]*))?$/;

/** The keys of a config's secrets, each named by its secret. */
export function overrideKeys(secrets: readonly string[]): OverrideKey[] {
  return secrets.map((secret) => ({ id: sign('strangler override key', secret).slice(0, 8), secret }));
}

/** Makes a token. */
export function signOverride({ side, route, expiresAt }: OverrideClaim, { id, secret }: OverrideKey): string {
  const what = route === undefined ? side : `${side}:${route}`;
  const text = `${what}.${Math.floor(expiresAt / 1_000)}.${id}`;
  return `${text}.${sign(signed(text), secret)}`;
}

/** The token of a request with these headers, as they were received; the header comes before the cookie. */
export function overrideOf(
  headers: Record<string, string | string[] | undefined>,
  keys: readonly OverrideKey[],
  now: number,
): Override {
  const token = headers[OVERRIDE_HEADER] ?? cookieOf(headers.cookie, OVERRIDE_COOKIE);
  return token === undefined ? NO_OVERRIDE : readOverride(String(token), keys, now);
}

/** Reads a token. Nothing of it is believed before its signature is. */
export function readOverride(token: string, keys: readonly OverrideKey[], now: number): Override {
  const parts = token.length > LONGEST ? [] : token.split('.');
  const [what, expiry, id, signature] = parts;
  const key = keys.find((one) => one.id === id);
  if (parts.length !== 4 || key === undefined) return FORGED;
  if (!isSigned(signed(`${what}.${expiry}.${id}`), signature!, key.secret)) return FORGED;
  const [, side, route] = CLAIM.exec(what!) ?? [];
  if (side === undefined) return FORGED;
  if (!(now < Number(expiry) * 1_000)) return EXPIRED;
  return { kind: 'valid', side: side as Side, route };
}

/** What became of a request's token. */
export function overrideResult({ kind }: Override, applied: boolean): OverrideResult | 'none' {
  if (kind === 'valid') return applied ? 'applied' : 'unused';
  return kind;
}

/** Apart from whatever else the same secret may sign. */
function signed(text: string): string {
  return `strangler override\n${text}`;
}
