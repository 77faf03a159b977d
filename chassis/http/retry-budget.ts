/**
 * Pure. A retry budget: retries are a share of the calls, with a small floor, so that a failing upstream is
 * not buried under them. After the token bucket of gRPC's proposal A6 (retry throttling) and Envoy's retry budget.
 */

/** Whether one more retry is affordable. */
export interface RetryBudget {
  /** Notes one first attempt. */
  attempt(): void;
  /** Takes one retry from the budget if there is one. */
  take(): boolean;
}

/** `share` of the calls may be retries (0.2), and `floor` (3) retries are there without any calls. */
export function createRetryBudget({
  share = 0.2,
  floor = 3,
}: {
  share?: number;
  floor?: number;
} = {}): RetryBudget {
  // Ten times the floor bounds what a long quiet time can save up.
  const most = Math.max(floor * 10, 10);
  let tokens = floor;
  return {
    attempt() {
      tokens = Math.min(most, tokens + share);
    },
    take() {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** Full jitter (AWS architecture blog): a random time up to a cap that doubles with each attempt; ms. */
export function backoff(attempt: number, random: () => number, { base = 50, cap = 1_000 } = {}): number {
  return random() * Math.min(cap, base * 2 ** Math.min(attempt, 20));
}
