/** Waits for a condition, never for a time. */
import { setTimeout as delay } from 'node:timers/promises';

/** What is left of a type when it is known to hold. */
type Held<T> = Exclude<T, false | undefined | null | 0 | ''>;

/** Looks every `interval` ms until `holds` gives something truthy; rejects with `what` after `timeout` ms. */
export async function untilHolds<T>(
  holds: () => Promise<T> | T,
  { what, timeout = 30_000, interval = 50 }: { what: string; timeout?: number; interval?: number },
): Promise<Held<T>> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await holds();
    if (value) return value as Held<T>;
    if (performance.now() > deadline) throw new Error(`waited ${timeout / 1_000} s for ${what}`);
    await delay(interval);
  }
}
