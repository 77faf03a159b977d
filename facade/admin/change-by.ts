/** In whose name a change is written. */
import type { Response } from 'express';
import { callerOf, requireRole } from '../../chassis/admin/caller.ts';
import { atLeast } from '../../chassis/admin/token-holders.ts';
import type { Change } from '../toggles/change-writer.ts';

/**
 * The change that the sender of a request may make. Its actor is the holder of the token; what the body says of an
 * actor is added to it, and never stands for it. Raises ADMIN_ROLE_TOO_LOW for a force that is not an admin's.
 */
export function changeBy(
  response: Response,
  { actor, reason, force = false }: { actor?: string | undefined; reason: string; force?: boolean },
): Change {
  const caller = callerOf(response);
  if (force) requireRole(caller, 'admin', 'to force a step');
  const { name, role } = caller;
  const noted = actor === undefined || actor === name ? name : `${name} (for ${actor})`;
  return { actor: noted, role: atLeast(role, 'admin') ? 'admin' : 'operator', reason, force };
}
