/**
 * Pure. Whether leases that ran out mean that their instances are gone. They do where few ran out while the others
 * were renewed. Where many fell silent together, or where nobody watched them do so, the registry is the likelier
 * culprit: they are kept, and get some time to come back. After Eureka's self-preservation.
 */
import type { Lease, Leases } from './leases.ts';

/** Watches the leases of one service. */
export interface ExpiryWatch {
  /** Whether those that have run out are gone; to be asked at each look. */
  gone(leases: Omit<Leases, 'unreadable'>): boolean;
}

/** Eureka's: more of all that fall silent within one lease are too many; a single one never is. */
const SHARE = 0.15;

/** `grace`: how long those that are kept have to come back, in milliseconds. */
export function createExpiryWatch(grace: number): ExpiryWatch {
  let looked = Number.NEGATIVE_INFINITY;
  let keptUntil = Number.NEGATIVE_INFINITY;
  return {
    gone({ now, live, expired }) {
      const unwatched = expired.some((lease) => looked < dueAt(lease));
      const allExpired = live.length === 0 && expired.length > 0;
      if (unwatched || allExpired || manySilent([...live, ...expired], now)) keptUntil = now + grace;
      looked = now;
      return !allExpired && now >= keptUntil;
    },
  };
}

/** Renewed about four times within its length, a lease that has half of it left has missed its renewal. */
function dueAt({ expiry, ttl }: Lease): number {
  return expiry - ttl / 2;
}

function manySilent(leases: readonly Lease[], now: number): boolean {
  const silent = leases.filter((lease) => dueAt(lease) <= now && now < dueAt(lease) + lease.ttl);
  return silent.length > Math.max(1, leases.length * SHARE);
}
