/** Pure. A limit on how often something is done: a burst at once, then one each `interval` ms. */

/** Says how long to wait. */
export interface TokenBucket {
  /** Milliseconds to wait before doing it once more; doing it is then taken for granted. */
  take(now: number): number;
}

/** Makes a full bucket; by the generic cell rate algorithm, which needs one number. */
export function createTokenBucket({ burst, interval }: { burst: number; interval: number }): TokenBucket {
  let arrival = Number.NEGATIVE_INFINITY;
  return {
    take(now) {
      const wait = Math.max(0, arrival - (burst - 1) * interval - now);
      arrival = Math.max(arrival, now) + interval;
      return wait;
    },
  };
}
