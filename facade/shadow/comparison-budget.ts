/**
 * How much time comparisons may take of the thread that serves clients: a fiftieth of the time in which it is idle, and at
 * least a hundredth of all time. A queue grows with the part of the time that its server is busy, and not in proportion:
 * what is taken of the last idle half costs clients far more than what is taken of the first.
 */

/** How much time pieces may take for a millisecond that the loop is idle. */
const EARNED = 0.02;
/** And for any millisecond, at least: in a process that is full. */
const LEAST_EARNED = 0.01;
/** What they may take in advance when the process starts, in milliseconds: its code is not compiled, and costs several times as much. */
const FIRST_CREDIT = 250;
/** The most that is earned in advance, in milliseconds: what clients feel of a busy second shall not hang on a quiet one before it. */
const MOST_CREDIT = 10;
/** What a piece costs for each millisecond that it takes itself: its garbage is collected later. */
const WHOLE_COST = 1.5;
/**
 * What comes after a piece, in milliseconds: its call is written, and its answer read, in turns of their own. Measured
 * (docs/decisions/0008), as from within the kernel's part cannot be told from that of the clients.
 */
const CALL_COST = 0.05;
/** The most that a long piece is said to cost, in milliseconds: the next ones shall not wait for it without end. */
const MOST_COST = 100;

/** Times in milliseconds. */
export class ComparisonBudget {
  #left = FIRST_CREDIT;
  /** Up to when time has earned something, and the idle time by then. */
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

  /** What the time since the last call is worth. */
  earn(now: number, idle: number): void {
    const earned = Math.max((idle - this.#idle) * EARNED, (now - this.#at) * LEAST_EARNED);
    this.#at = now;
    this.#idle = idle;
    if (this.#left < MOST_CREDIT) this.#left = Math.min(this.#left + earned, MOST_CREDIT);
  }

  /** For a piece that took so long itself. */
  charge(ms: number): void {
    this.#left -= Math.min(ms * WHOLE_COST + CALL_COST, MOST_COST);
  }
}
