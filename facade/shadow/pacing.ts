/**
 * Starts work that can wait behind what clients wait for: in order, a few pieces at a time, when no client waits, or when
 * those that do wait for their upstream and not for this process; and no more than the budget of comparisons allows.
 */
import { performance } from 'node:perf_hooks';
import type { WaitingClients } from '../waiting-clients.ts';
import { ComparisonBudget } from './comparison-budget.ts';

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

/** How long pieces wait for their moment, in milliseconds: where there is none they run among clients. */
const PATIENCE_MS = 20;
/** How long pieces pause when all that was earned is used up, in milliseconds: the first after others costs several times the next. */
const PAUSE_MS = 100;
/** How long pieces may take in one turn of the event loop, in milliseconds; one that takes longer runs alone. */
const BATCH_MS = 0.25;
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
  /** From when on the patience of pieces counts anew: the end of the last pause, or of the last batch among clients. */
  #patientSince = Number.NEGATIVE_INFINITY;
  readonly #budget: ComparisonBudget;

  constructor(options: PaceOptions) {
    this.#options = { idle: loopIdle, soon: setImmediate, later: setTimeout, ...options };
    this.#budget = new ComparisonBudget(this.#options.now(), this.#options.idle());
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
    const begun = this.#options.now();
    this.#budget.earn(begun, this.#options.idle());
    const forced = !this.#mayRun(begun);
    if (this.#budget.isUsedUp) this.#pause();
    else if (forced && begun - Math.max(first.since, this.#patientSince) < PATIENCE_MS) this.#lookLater();
    else {
      this.#ask();
      const ended = this.#batch(begun);
      if (forced) this.#patientSince = ended;
    }
  }

  /** Returns when it ended. */
  #batch(begun: number): number {
    let ended = begun;
    do ended = this.#run(ended);
    while (!this.#budget.isUsedUp && this.#waiting.length > 0 && ended - begun < BATCH_MS);
    return ended;
  }

  /** Returns when the piece ended. */
  #run(begun: number): number {
    this.#waiting.shift()!.run();
    const ended = this.#options.now();
    this.#budget.charge(ended - begun);
    return ended;
  }

  #mayRun(now: number): boolean {
    return this.#options.clients.count === 0 || now < this.#airUntil;
  }

  #pause(): void {
    this.#paused = true;
    this.#options.later(() => {
      this.#paused = false;
      this.#patientSince = this.#options.now();
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
