/**
 * Pure. What a tester's choice of a side may do. It never sends a write to a side that gets none at the route's stage,
 * and never reaches a service that was taken back or a monolith that was left.
 */
import type { Stage } from '../../chassis/config/schema/routes.ts';
import type { Assignment, Side } from './assignment.ts';

const SERVICE: Assignment = { answers: 'service', fallback: false, overridden: true };
const LEGACY: Assignment = { answers: 'legacy', candidate: false, overridden: true };

/** The assignment as chosen; undefined: the choice does not count here. `safe`: the request changes nothing. */
export function overridden(stage: Stage, side: Side, safe: boolean): Assignment | undefined {
  switch (stage) {
    case 'legacy':
    case 'retired':
      return undefined;
    case 'shadow':
      if (side === 'legacy') return LEGACY;
      return safe ? SERVICE : undefined;
    case 'canary':
      return side === 'legacy' ? LEGACY : SERVICE;
    case 'live':
      if (side === 'service') return SERVICE;
      return safe ? LEGACY : undefined;
  }
}
