/**
 * Who may use an admin API. Without any token reading is open, since only this machine can reach it then; with one,
 * readers read, operators change things, admins may do what cannot be undone or goes past a gate. What changes
 * something must come from no other site's page.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../clock.ts';
import type { Role } from '../config/schema/tokens.ts';
import { bearerToken, tokenDigest } from '../http/bearer-token.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { type Caller, noteCaller, requireRole } from './caller.ts';
import { adminErrors } from './errors.ts';
import { namesLoopback } from './exposure.ts';
import { createFailedAttempts } from './failed-attempts.ts';
import { foreignPage } from './foreign-page.ts';
import { holderOf, type TokenHolder } from './token-holders.ts';

/** What the rule needs; `holders` are asked for at each request, so that an edit of the config counts at once. */
export interface AuthorizeOptions {
  holders: () => readonly TokenHolder[];
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /** Paths asked with POST, though nothing is changed. */
  reads?: readonly string[];
}

/** Whoever asks where there is no token. */
const ANYBODY: Caller = { name: 'anybody', role: 'reader' };

/**
 * Makes the rule; it stands before the body is read. Raises ADMIN_PAGE_FOREIGN, ADMIN_TOKEN_MISSING,
 * ADMIN_TOKEN_WRONG, ADMIN_ATTEMPTS_TOO_MANY, ADMIN_ROLE_TOO_LOW, ADMIN_BODY_NOT_JSON.
 */
export function authorize(options: AuthorizeOptions): RequestHandler {
  const { reads = [] } = options;
  const authenticate = createAuthentication(options);
  return (request, response, next) => {
    const safe = request.method === 'GET' || request.method === 'HEAD';
    const holders = options.holders();
    const { host } = request.headers;
    const found = safe ? undefined : foreignPage(request.headers);
    if (found !== undefined) throw adminErrors.error('ADMIN_PAGE_FOREIGN', { found });
    if (holders.length === 0 && !namesLoopback(host))
      throw adminErrors.error('ADMIN_PAGE_FOREIGN', { found: `host ${host}` });
    const needed: Role = safe || reads.includes(request.path) ? 'reader' : 'operator';
    if (holders.length === 0 && needed !== 'reader') throw adminErrors.error('ADMIN_TOKEN_MISSING');
    const { name, role } = holders.length === 0 ? ANYBODY : authenticate(request, response, holders);
    requireRole({ name, role }, needed);
    if (!safe && !request.is('application/json'))
      throw adminErrors.error('ADMIN_BODY_NOT_JSON', { found: request.headers['content-type'] ?? 'none' });
    noteCaller(response, { name, role });
    next();
  };
}

function createAuthentication({ clock, log, metrics }: AuthorizeOptions) {
  const attempts = createFailedAttempts();
  const refused = metrics.counter({
    name: 'strangler_admin_refused_total',
    help: 'Requests to an admin API without a valid token.',
    labels: ['reason'],
  });
  return (request: Request, response: Response, holders: readonly TokenHolder[]): Caller => {
    const address = request.socket.remoteAddress ?? 'unknown';
    const wait = attempts.wait(address, clock.monotonic());
    if (wait > 0) {
      refused.inc({ reason: 'waiting' });
      const seconds = Math.ceil(wait / 1_000);
      response.setHeader('retry-after', seconds);
      throw adminErrors.error('ADMIN_ATTEMPTS_TOO_MANY', { address, seconds });
    }
    const token = bearerToken(request.headers.authorization);
    const holder = token === undefined ? undefined : holderOf(token, holders);
    if (holder !== undefined) return holder;
    refused.inc({ reason: token === undefined ? 'no token' : 'wrong token' });
    if (token !== undefined) {
      const outcome = attempts.failed(address, tokenDigest(token).toString('base64'), clock.monotonic());
      const { method, baseUrl, path } = request;
      const waits = outcome === 'waits';
      if (outcome !== 'again')
        log.warn('wrong admin token', { address, method, path: baseUrl + path, waits });
    }
    response.setHeader('www-authenticate', 'Bearer');
    throw adminErrors.error('ADMIN_TOKEN_WRONG');
  };
}
