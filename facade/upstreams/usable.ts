/** Pure. Which of an upstream's instances get requests, and when to use even bad ones. */

/**
 * The good ones; all, when their share is below `panic` (from 0 to 1) or there is none: the few that are left would
 * be buried under what all were to bear, and when everybody fails, the judgement is more doubtful than the instances.
 * After Envoy's panic threshold.
 */
export function usable<T>(
  instances: readonly T[],
  isGood: (instance: T) => boolean,
  panic: number,
): readonly T[] {
  const good = instances.filter(isGood);
  return good.length === 0 || good.length < instances.length * panic ? instances : good;
}
