/** Pure. Where a quarantined route may go: back towards legacy at any time, no further while its entry is broken. */
import { facadeErrors } from '../errors.ts';
import { goesFurther, type Position } from '../routing/stage.ts';
import type { ActiveRoute, Snapshot } from '../snapshot.ts';

/** Raises ROUTE_QUARANTINED when one of the routes, or one of their group without a good form, would go further. */
export function refuseQuarantined({ loaded }: Snapshot, moved: readonly ActiveRoute[], to: Position): void {
  const forward = moved.filter(({ effective }) => goesFurther(effective, to));
  const groups = new Set(forward.flatMap(({ config }) => config.group ?? []));
  for (const [id, { reason, group }] of loaded.quarantined) {
    const itself = forward.some(({ config }) => config.id === id);
    if (!itself && (group === undefined || !groups.has(group))) continue;
    throw facadeErrors.error('ROUTE_QUARANTINED', {
      route: id,
      reason,
      limit: `nothing of it goes to ${to.stage} until that is mended, only back`,
    });
  }
}

/** Raises ROUTE_QUARANTINED when a route stands in the file, but never had a good form. */
export function refuseNeverGood({ loaded, byId }: Pick<Snapshot, 'loaded' | 'byId'>, id: string): void {
  const quarantined = loaded.quarantined.get(id);
  if (quarantined === undefined || byId.has(id)) return;
  const limit = 'it never had a good form, so nothing of it is in force';
  throw facadeErrors.error('ROUTE_QUARANTINED', { route: id, reason: quarantined.reason, limit });
}
