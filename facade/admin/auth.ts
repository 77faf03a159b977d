/** Who may change something: whoever holds the token. Reading is open on the admin address. */
import type { RequestHandler } from 'express';
import { carriesToken } from '../../chassis/http/bearer-token.ts';
import { facadeErrors } from '../errors.ts';

const LOOPBACK = /^(127\.|::1$|localhost$)/;

/** Asked with POST, though nothing is changed. */
const READS = new Set(['/explain']);

/** Lets what only reads pass; anything else needs the bearer token. Raises ADMIN_TOKEN_MISSING, ADMIN_TOKEN_WRONG. */
export function requireToken(token: string | undefined): RequestHandler {
  return (request, _response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD' || READS.has(request.path)) return next();
    if (!token) return next(facadeErrors.error('ADMIN_TOKEN_MISSING'));
    if (!carriesToken(request.headers.authorization, token))
      return next(facadeErrors.error('ADMIN_TOKEN_WRONG'));
    next();
  };
}

/** Raises ADMIN_EXPOSED when other machines could reach an admin API that has no token. */
export function refuseExposed(host: string, token: string | undefined): void {
  if (!token && !LOOPBACK.test(host)) throw facadeErrors.error('ADMIN_EXPOSED', { host });
}
