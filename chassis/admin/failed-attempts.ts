/** Pure. Counts wrong tokens by address, and says when an address must wait. Holds a bounded number of addresses. */

/** After how many failures within how long (ms) an address must wait for how long (ms). */
export interface AttemptLimits {
  failures: number;
  within: number;
  pause: number;
  /** Addresses remembered; the one that has been known the longest is forgotten first. */
  addresses: number;
}

/** What holds when nothing else is said. */
export const ATTEMPT_LIMITS: AttemptLimits = {
  ...{ failures: 20, within: 60_000, pause: 60_000, addresses: 1_000 },
};

/** The counts of one process. Times are those of one monotonic clock. */
export interface FailedAttempts {
  /** Milliseconds that an address must still wait; 0: it need not. */
  wait(address: string, now: number): number;
  /** Counts a wrong token; true when the address must wait from now on. */
  failed(address: string, now: number): boolean;
}

interface Attempts {
  count: number;
  since: number;
  until: number;
}

/** Makes empty counts. */
export function createFailedAttempts(limits: AttemptLimits = ATTEMPT_LIMITS): FailedAttempts {
  const known = new Map<string, Attempts>();
  return {
    wait: (address, now) => Math.max(0, (known.get(address)?.until ?? 0) - now),
    failed(address, now) {
      const before = known.get(address);
      const fresh = before === undefined || now - before.since >= limits.within;
      const next = fresh ? { count: 1, since: now, until: 0 } : { ...before, count: before.count + 1 };
      const full = next.count >= limits.failures;
      if (fresh) known.delete(address);
      // After the pause the count begins again.
      known.set(address, full ? { count: 0, since: now, until: now + limits.pause } : next);
      if (known.size > limits.addresses) known.delete(known.keys().next().value!);
      return full;
    },
  };
}
