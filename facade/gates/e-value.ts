/**
 * Pure. Anytime-valid tests of a rate. The e-value is a mean of likelihood ratios over a grid of rates; under
 * the hypothesis it is a supermartingale, so by Ville's inequality it ever reaches 1/alpha with probability at
 * most alpha, however often one looks. After Ramdas, Grünwald, Vovk, Shafer, "Game-theoretic statistics and
 * safe anytime-valid inference" (2023).
 */

/** Evidence against a hypothesis from which on it is given up (1/alpha, alpha = 0.05). */
export const DECISIVE = 20;

const GRID = 200;

/** Evidence that the rate is below `limit`, from `bad` of `total`. `limit` is between 0 and 1, exclusive. */
export function evidenceBelow(limit: number, total: number, bad: number): number {
  return mixture(limit, total, bad, (step) => limit * step);
}

/** Evidence that the rate is above `limit`, from `bad` of `total`. */
export function evidenceAbove(limit: number, total: number, bad: number): number {
  return mixture(limit, total, bad, (step) => limit + (1 - limit) * step);
}

/** How many further clean observations make the evidence for a rate below `limit` decisive. */
export function cleanNeeded(limit: number, total: number, bad: number): number {
  if (evidenceBelow(limit, total, bad) >= DECISIVE) return 0;
  let high = Math.ceil(10 / limit);
  while (evidenceBelow(limit, total + high, bad) < DECISIVE && high < 1e9) high *= 2;
  let low = 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (evidenceBelow(limit, total + middle, bad) >= DECISIVE) high = middle;
    else low = middle;
  }
  return high;
}

/** The mean over midpoints of the grid of (q/p)^bad · ((1-q)/(1-p))^(total-bad), summed in logarithms. */
function mixture(limit: number, total: number, bad: number, rateAt: (step: number) => number): number {
  const logs: number[] = [];
  for (let index = 0; index < GRID; index += 1) {
    const rate = rateAt((index + 0.5) / GRID);
    logs.push(bad * Math.log(rate / limit) + (total - bad) * Math.log((1 - rate) / (1 - limit)));
  }
  const most = Math.max(...logs);
  return (Math.exp(most) * logs.reduce((sum, log) => sum + Math.exp(log - most), 0)) / GRID;
}
