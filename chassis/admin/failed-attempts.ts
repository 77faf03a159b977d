/**
 * Pure. Counts wrong tokens by address, and says when an address must wait. Each token counts once: whoever guesses sends
 * different ones, while a program with a stale token sends the same again and again, and must not keep out who sits behind
 * the same address. What is held is bounded: some addresses, and of each as many tokens as it may try.
 */

/** After how many wrong tokens within how long (ms) an address must wait for how long (ms). */
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
  /** Counts a wrong token, known by its digest. */
  failed(address: string, digest: string, now: number): FailedAttempt;
}

/** What a wrong token comes to: it came before, it is one more, or it is one too many and its address waits from now on. */
export type FailedAttempt = 'again' | 'counted' | 'waits';

interface Attempts {
  tokens: Set<string>;
  since: number;
  until: number;
}

/** Makes empty counts. */
export function createFailedAttempts(limits: AttemptLimits = ATTEMPT_LIMITS): FailedAttempts {
  const known = new Map<string, Attempts>();
  return {
    wait: (address, now) => Math.max(0, (known.get(address)?.until ?? 0) - now),
    failed(address, digest, now) {
      const before = known.get(address);
      const fresh = before === undefined || now - before.since >= limits.within;
      const { tokens } = fresh ? { tokens: new Set<string>() } : before;
      if (tokens.has(digest)) return 'again';
      tokens.add(digest);
      const full = tokens.size >= limits.failures;
      if (fresh) known.delete(address);
      // After the pause the count begins again.
      const since = fresh ? now : before.since;
      known.set(
        address,
        full ? { tokens: new Set(), since: now, until: now + limits.pause } : { tokens, since, until: 0 },
      );
      if (known.size > limits.addresses) known.delete(known.keys().next().value!);
      return full ? 'waits' : 'counted';
    },
  };
}
