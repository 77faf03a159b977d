/** Pure. Whether a request carries the token that guards an admin API (RFC 6750). */
import { createHash, timingSafeEqual } from 'node:crypto';

/** `authorization` is the request's header; the scheme's name may be in any case. */
export function carriesToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  // Digests have one length, so that the time taken tells nothing about the token.
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
