/** Starts work that can wait behind what clients wait for: one piece a turn of the event loop, in order, when no client waits. */

/** Takes the piece; it runs soon, never at once. */
export type Pace = (run: () => void) => void;

/** What a pace goes by. */
export interface PaceOptions {
  /** Whether a client waits for its answer. */
  busy: () => boolean;
  /** Steady milliseconds. */
  now: () => number;
  /** Runs it after the events that are there by now. */
  soon?: (run: () => void) => unknown;
  /** Runs it some moments later. */
  later?: (run: () => void) => unknown;
}

/** How long a piece waits for a moment without clients, in milliseconds: where there is none it runs among them. */
const PATIENCE_MS = 20;
const LOOK_MS = 1;

/**
 * Makes a pace. Of requests that come together the first is answered first; were its comparison begun there and then,
 * the clients of the others would wait for it.
 */
export function createPace({ busy, now, soon = setImmediate, later = look }: PaceOptions): Pace {
  const waiting: { run: () => void; until: number }[] = [];
  let asked = false;
  const next = () => {
    const { run, until } = waiting[0]!;
    if (busy() && now() < until) {
      later(next);
      return;
    }
    waiting.shift();
    asked = waiting.length > 0;
    if (asked) soon(next);
    run();
  };
  return (run) => {
    waiting.push({ run, until: now() + PATIENCE_MS });
    if (!asked) soon(next);
    asked = true;
  };
}

function look(run: () => void): void {
  setTimeout(run, LOOK_MS);
}
