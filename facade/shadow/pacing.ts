/** Starts work that can wait behind what clients wait for: one piece a turn of the event loop, in order. */

/** Takes the piece; it runs soon, never at once. */
export type Pace = (run: () => void) => void;

/**
 * Makes a pace. Many answers may end in one turn; were all their comparisons begun in it, the clients whose requests
 * came meanwhile would wait for all of them. `soon` runs a piece after the events that are there by now.
 */
export function createPace(soon: (run: () => void) => unknown = setImmediate): Pace {
  const waiting: (() => void)[] = [];
  let asked = false;
  const next = () => {
    const run = waiting.shift()!;
    asked = waiting.length > 0;
    if (asked) soon(next);
    run();
  };
  return (run) => {
    waiting.push(run);
    if (!asked) soon(next);
    asked = true;
  };
}
