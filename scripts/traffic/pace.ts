/** Starts so many things a second, and no more at once than allowed. */
import { setTimeout as delay } from 'node:timers/promises';

/** Something that goes on at a steady pace. */
export interface Pace {
  /** Resolves when the last thing begun has ended. */
  stop(): Promise<void>;
}

/**
 * Begins `next` `rate` times a second. When `atOnce` are under way it waits for one of them: a generator that
 * piled up requests on a slow system would measure its own queue.
 */
export function startPace(options: {
  rate: number;
  atOnce: number;
  next: (turn: number) => Promise<void>;
}): Pace {
  const { rate, atOnce, next } = options;
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  const { signal } = stopping;

  const loop = async () => {
    const begun = performance.now();
    for (let turn = 0; ; turn += 1) {
      const due = begun + (turn * 1_000) / rate - performance.now();
      if (due > 1) await delay(due, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      const done = next(turn).finally(() => underWay.delete(done));
      underWay.add(done);
      if (underWay.size >= atOnce) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  };
  const looping = loop();
  return {
    stop() {
      stopping.abort();
      return looping;
    },
  };
}
