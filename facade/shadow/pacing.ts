/**
 * Starts work that can wait behind what clients wait for: one piece a turn of the event loop, in order, when no client
 * waits, or when those that do wait for their upstream and not for this process; in a tenth of the idle time, or in a
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
  /** Runs it some moments later. */
  later?: (run: () => void) => unknown;
}

/** How long a piece waits for its moment, in milliseconds: where there is none it runs among clients. */
const PATIENCE_MS = 20;
/** The part of the time that pieces take which run so. */
const FORCED_SHARE = 0.01;
/** How much time pieces may take for a millisecond that the loop is idle. */
const EARNED = 0.1;
/** The most that is earned in advance, in milliseconds: some hundred requests that come to a quiet process are all compared. */
const MOST_CREDIT = 250;
/** What a piece costs in all, for what it takes itself: the rest is the kernel's, and the reading of the answer. */
const WHOLE_COST = 1.5;
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
  /** When a look began, and for how long the loop had been idle by then. */
  #look: { at: number; idle: number } | undefined;
  /** When no client waited last. */
  #noneAt = Number.NEGATIVE_INFINITY;
  #airUntil = Number.NEGATIVE_INFINITY;
  #forcedAgain = Number.NEGATIVE_INFINITY;
  #credit = MOST_CREDIT;
  /** The idle time that was counted. */
  #counted = 0;

  constructor(options: PaceOptions) {
    this.#options = { idle: loopIdle, soon: setImmediate, later: moment, ...options };
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
    if (this.#asked || this.#waiting.length === 0) return;
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
      this.#lookLater();
      return;
    }
    this.#waiting.shift();
    this.#ask();
    first.run();
    const ended = now();
    const cost = Math.min((ended - begun) * WHOLE_COST, MOST_COST);
    this.#credit -= cost;
    this.#forcedAgain = ended + cost / FORCED_SHARE;
  }

  #mayRun(now: number): boolean {
    const idle = this.#options.idle();
    this.#credit = Math.min(this.#credit + (idle - this.#counted) * EARNED, MOST_CREDIT);
    this.#counted = idle;
    return this.#credit > 0 && (this.#options.clients.count === 0 || now < this.#airUntil);
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
    });
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

function moment(run: () => void): void {
  setTimeout(run, LOOK_MS);
}
