/**
 * How much time comparisons may take of the thread that serves clients: a fiftieth of all time where the thread is idle,
 * less with the square of its idle part, and at least a two-hundredth. What a client waits grows with the busy part divided
 * by the idle one (the queue M/G/1), and the slope of that is one divided by the square of the idle part: so what is taken
 * costs clients the same wherever the thread has time, and the floor is for a process that has none.
 */

/** How much time pieces may take for each millisecond, in a loop that is always idle. */
const EARNED = 0.02;
/** And at least: in a process that is full. */
const LEAST_EARNED = 0.005;
/** Over how long the idle part is taken, in milliseconds: a single turn of the loop is all busy or all idle. */
const STEP_MS = 20;
/** What they may take in advance when the process starts, in milliseconds: its code is not compiled, and costs several times as much. */
const FIRST_CREDIT = 250;
/** The most that is earned in advance, in milliseconds: what clients feel of a busy second shall not hang on a quiet one before it. */
const MOST_CREDIT = 2;
/** What a piece costs for each millisecond that it takes itself: its garbage is collected later. */
const WHOLE_COST = 1.5;
/**
 * What comes after a piece, in milliseconds: its call is written, and its answer read, in turns of their own. Measured
 * (docs/decisions/0008), as from within the kernel's part cannot be told from that of the clients.
 */
const CALL_COST = 0.1;
/** The most that a long piece is said to cost, in milliseconds: the next ones shall not wait for it without end. */
const MOST_COST = 100;

/** Times in milliseconds. */
export class ComparisonBudget {
  #left = FIRST_CREDIT;
  /** The end of the last step, and the idle time by then. */
  #at: number;
  #idle: number;

  /** `idle`: for how long the event loop had nothing to do so far. */
  constructor(now: number, idle: number) {
    this.#at = now;
    this.#idle = idle;
  }

  get isUsedUp(): boolean {
    return this.#left <= 0;
  }

  /** Whether there is more left than is ever earned in advance, from when the process started. */
  get isStarting(): boolean {
    return this.#left > MOST_CREDIT;
  }

  /** What the time since the last step is worth, once it is long enough for one. */
  earn(now: number, idle: number): void {
    const passed = now - this.#at;
    if (passed < STEP_MS) return;
    const free = (idle - this.#idle) / passed;
    const earned = passed * Math.max(EARNED * free * free, LEAST_EARNED);
    this.#at = now;
    this.#idle = idle;
    if (this.#left < MOST_CREDIT) this.#left = Math.min(this.#left + earned, MOST_CREDIT);
  }

  /** For a piece that took so long itself. */
  charge(ms: number): void {
    this.#left -= Math.min(ms * WHOLE_COST + CALL_COST, MOST_COST);
  }
}
