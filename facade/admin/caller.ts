/** Who sends a request to the admin API, and in whose name a change is written. */
import type { Response } from 'express';
import type { Role } from '../../chassis/config/schema/tokens.ts';
import type { Change } from '../toggles/change-writer.ts';
import { adminErrors } from './errors.ts';
import { atLeast } from './token-holders.ts';

/** The holder of the token that came along. */
export interface Caller {
  name: string;
  role: Role;
}

/**
 * The change that the sender of a request may make. Its actor is the holder of the token; what the body says of an
 * actor is added to it, and never stands for it. Raises ADMIN_ROLE_TOO_LOW for a force that is not an admin's.
 */
export function changeBy(
  response: Response,
  { actor, reason, force = false }: { actor?: string | undefined; reason: string; force?: boolean },
): Change {
  const { name, role } = response.locals.caller as Caller;
  const admin = atLeast(role, 'admin');
  if (force && !admin)
    throw adminErrors.error('ADMIN_ROLE_TOO_LOW', { name, role, needed: 'admin, to force a step' });
  const noted = actor === undefined || actor === name ? name : `${name} (for ${actor})`;
  return { actor: noted, role: admin ? 'admin' : 'operator', reason, force };
}
