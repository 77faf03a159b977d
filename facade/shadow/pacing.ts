/**
 * Starts work that can wait behind what clients wait for: one piece a turn of the event loop, in order, when no client
 * waits, or when those that do wait for their upstream and not for this process; in a twentieth of the idle time, or in a
 * hundredth of all time where there is none. A queue grows with the part of the time that its server is busy, and not in
 * proportion: what is taken of the last idle half costs clients far more than what is taken of the first.
 */
import { performance } from 'node:perf_hooks';
import type { WaitingClients } from '../waiting-clients.ts';

/** Takes the piece; it runs soon, never at once. */
export type Pace = (run: () => void) => void;

/** What a pace goes by. */
export interface PaceOptions {
  clients: Pick<WaitingClients, 'count' | 'whenNone'>;
  /** Steady milliseconds. */
  now: () => number;
  /** For how long the event loop had nothing to do so far, in milliseconds. */
  idle?: () => number;
  /** Runs it after the events that are there by now. */
  soon?: (run: () => void) => unknown;
  /** Runs it some milliseconds later. */
  later?: (run: () => void, ms: number) => unknown;
}

/** How long a piece waits for its moment, in milliseconds: where there is none it runs among clients. */
const PATIENCE_MS = 20;
/** The part of the time that pieces take which run so. */
const FORCED_SHARE = 0.01;
/** How much time pieces may take for a millisecond that the loop is idle. */
const EARNED = 0.05;
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
/** How long pieces pause when all that was earned is used up, in milliseconds: to look sooner would cost as much as they do. */
const PAUSE_MS = 10;
/** The most that a long piece is said to cost, in milliseconds: the next ones shall not wait for it without end. */
const MOST_COST = 100;
/** Where clients have waited for this long without a pause, in milliseconds, their upstream may be slow. */
const SLOW_MS = 5;
/** How often it is looked whether clients wait for the process, and for how long what was seen is true. */
const LOOK_MS = 1;
/** The part of the time that an event loop is idle whose clients wait for an upstream. */
const AIR = 0.5;

/**
 * Makes a pace. Of requests that come together the first is answered first; were its comparison begun there and then,
 * the clients of the others would wait for it.
 */
export function createPace(options: PaceOptions): Pace {
  const pacer = new Pacer(options);
  return (run) => pacer.add(run);
}

class Pacer {
  readonly #options: Required<PaceOptions>;
  readonly #waiting: { run: () => void; since: number }[] = [];
  #asked = false;
  #paused = false;
  /** When a look began, and for how long the loop had been idle by then. */
  #look: { at: number; idle: number } | undefined;
  /** When no client waited last. */
  #noneAt = Number.NEGATIVE_INFINITY;
  #airUntil = Number.NEGATIVE_INFINITY;
  #forcedAgain = Number.NEGATIVE_INFINITY;
  #credit = FIRST_CREDIT;
  /** The idle time that was counted. */
  #counted = 0;

  constructor(options: PaceOptions) {
    this.#options = { idle: loopIdle, soon: setImmediate, later: setTimeout, ...options };
    options.clients.whenNone(() => {
      this.#noneAt = this.#options.now();
      this.#ask();
    });
  }

  add(run: () => void): void {
    this.#waiting.push({ run, since: this.#options.now() });
    this.#ask();
  }

  #ask(): void {
    if (this.#asked || this.#paused || this.#waiting.length === 0) return;
    this.#asked = true;
    this.#options.soon(() => this.#turn());
  }

  #turn(): void {
    this.#asked = false;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const { now } = this.#options;
    const begun = now();
    const forced = !this.#mayRun(begun);
    if (forced && (begun - first.since < PATIENCE_MS || begun < this.#forcedAgain)) {
      if (this.#credit > 0) this.#lookLater();
      else this.#pause();
      return;
    }
    this.#waiting.shift();
    this.#ask();
    first.run();
    const ended = now();
    const cost = Math.min((ended - begun) * WHOLE_COST + CALL_COST, MOST_COST);
    this.#credit -= cost;
    this.#forcedAgain = ended + cost / FORCED_SHARE;
  }

  #mayRun(now: number): boolean {
    const idle = this.#options.idle();
    if (this.#credit < MOST_CREDIT)
      this.#credit = Math.min(this.#credit + (idle - this.#counted) * EARNED, MOST_CREDIT);
    this.#counted = idle;
    return this.#credit > 0 && (this.#options.clients.count === 0 || now < this.#airUntil);
  }

  #pause(): void {
    this.#paused = true;
    this.#options.later(() => {
      this.#paused = false;
      this.#ask();
    }, PAUSE_MS);
  }

  #lookLater(): void {
    if (this.#look !== undefined) return;
    const { now, idle, later } = this.#options;
    const look = { at: now(), idle: idle() };
    this.#look = look;
    later(() => {
      this.#look = undefined;
      this.#seen(look);
      this.#ask();
    }, LOOK_MS);
  }

  /** A look that is late was stopped together with all else, and clients wait behind it. */
  #seen({ at, idle: before }: { at: number; idle: number }): void {
    const now = this.#options.now();
    if (now - at > 2 * LOOK_MS || now - this.#noneAt < SLOW_MS) return;
    if (this.#options.idle() - before >= (now - at) * AIR) this.#airUntil = now + LOOK_MS;
  }
}

function loopIdle(): number {
  return performance.eventLoopUtilization().idle;
}
