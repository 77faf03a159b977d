/** Looks again and again, with a pause that each look decides, until it is closed. */
import type { Clock } from '../clock.ts';

/** A loop under way. */
export interface Poll {
  /** Resolves when the first look is over. */
  first: Promise<void>;
  /** Looks again now, or once more after the look that is under way. */
  again(): void;
  /** Resolves when the loop has ended: no timer is left, and no look is under way. */
  close(): Promise<void>;
}

/** Starts at once. `look` must not throw; it gives the milliseconds until the next one. */
export function startPoll(look: (signal: AbortSignal) => Promise<number>, clock: Clock): Poll {
  const ending = new AbortController();
  let pausing = new AbortController();
  const first = Promise.withResolvers<void>();
  const run = async () => {
    while (!ending.signal.aborted) {
      pausing = new AbortController();
      const pause = await look(ending.signal);
      first.resolve();
      await clock.sleep(pause, pausing.signal).catch(() => {});
    }
    first.resolve();
  };
  const ended = run();
  return {
    first: first.promise,
    again: () => pausing.abort(),
    close() {
      ending.abort();
      pausing.abort();
      return ended;
    },
  };
}

/** Gives up waiting, not the work, when the signal says so; rejects with its reason. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  return promise;
}

/** `ms`, up to a fifth more or less: many that started together do not stay together. */
export function jittered(ms: number, random: () => number): number {
  return ms * (0.8 + 0.4 * random());
}
