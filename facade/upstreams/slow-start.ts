/** Pure. Slow start: an instance that is new, or has come back, gets its share of the requests little by little. */

/** The share at the beginning: enough to fill caches and pools with, and little enough to be slow for. */
const LEAST = 0.1;

/**
 * What an instance weighs, from 0.1 to 1, beside one that has been there for long; it grows evenly.
 * @param age milliseconds since it began to get requests
 * @param window milliseconds until it weighs 1; 0: at once
 */
export function slowStartWeight(age: number, window: number): number {
  if (age >= window) return 1;
  return Math.max(LEAST, age / window);
}

/** The first that `next` names and whose weight, from 0.1, is by chance not against it; `count`: of so many. */
export function drawn(count: number, next: () => string, weighs: (url: string) => boolean): string {
  // A share is at least a tenth: after a hundred rounds it is luck that is missing.
  for (let left = count * 100; left > 0; left -= 1) {
    const url = next();
    if (weighs(url)) return url;
  }
  return next();
}
