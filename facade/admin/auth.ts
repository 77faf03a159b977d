/** Who may change something: whoever holds the token. Reading is open on the admin address. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { facadeErrors } from '../errors.ts';

const LOOPBACK = /^(127\.|::1$|localhost$)/;

/** Lets GET and HEAD pass; anything else needs the bearer token. Raises ADMIN_TOKEN_MISSING, ADMIN_TOKEN_WRONG. */
export function requireToken(token: string | undefined): RequestHandler {
  return (request, _response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    if (!token) return next(facadeErrors.error('ADMIN_TOKEN_MISSING'));
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!sameText(given, token)) return next(facadeErrors.error('ADMIN_TOKEN_WRONG'));
    next();
  };
}

/** Raises ADMIN_EXPOSED when other machines could reach an admin API that has no token. */
export function refuseExposed(host: string, token: string | undefined): void {
  if (!token && !LOOPBACK.test(host)) throw facadeErrors.error('ADMIN_EXPOSED', { host });
}

/** Digests have one length, so that the time taken tells nothing about the token. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
