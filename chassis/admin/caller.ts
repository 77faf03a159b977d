/** Who sends a request to an admin API; the rule of authorize.ts writes it down, the routers ask for it. */
import type { Response } from 'express';
import type { Role } from '../config/schema/tokens.ts';
import { adminErrors } from './errors.ts';
import { atLeast } from './token-holders.ts';

/** The holder of the token that came along. */
export interface Caller {
  name: string;
  role: Role;
}

/** Notes who sends the request. */
export function noteCaller(response: Response, caller: Caller): void {
  response.locals.caller = caller;
}

/** Who sends the request. */
export function callerOf(response: Response): Caller {
  return response.locals.caller as Caller;
}

/** Raises ADMIN_ROLE_TOO_LOW; `purpose` says what the role is needed for, as in `to force a step`. */
export function requireRole({ name, role }: Caller, needed: Role, purpose?: string): void {
  if (atLeast(role, needed)) return;
  const wanted = purpose === undefined ? needed : `${needed}, ${purpose}`;
  throw adminErrors.error('ADMIN_ROLE_TOO_LOW', { name, role, needed: wanted });
}
