/** Pure. The bearer token of a request to an admin API (RFC 6750), and how it is compared. */
import { createHash } from 'node:crypto';

/** `authorization` is the request's header; the scheme's name may be in any case. Undefined: there is no token. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
}

/** SHA-256 of a token: all have one length, so that the time a comparison takes tells nothing of the token. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
