import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until a condition holds and gives what it returned. Rejects with `what` after `timeout`
 * milliseconds; an error that the condition throws counts as "not yet" and is kept as the cause.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  {
    timeout = 10_000,
    interval = 20,
    what = 'the condition',
  }: { timeout?: number; interval?: number; what?: string } = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeout;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline) throw new Error(`waited ${timeout} ms in vain for: ${what}`, { cause });
    await delay(interval);
  }
}
