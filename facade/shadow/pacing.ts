/**
 * Starts work that can wait behind what clients wait for: in order, a few pieces at a time, when no client waits, or when
 * those that do wait for their upstream and not for this process; and no more than the budget of comparisons allows.
 */
import { performance } from 'node:perf_hooks';
import type { WaitingClients } from '../waiting-clients.ts';
import { ComparisonBudget } from './comparison-budget.ts';
import { UpstreamWait } from './upstream-wait.ts';

/** Where pieces wait. */
export interface Pace {
  /** Takes the piece; it runs soon, never at once. */
  add(run: () => void): void;
  /** Whether what is added now would not wait behind many others for the budget. */
  readonly hasRoom: boolean;
}

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
/** How many pieces may wait where the budget is what they wait for: as many as it pays for, about, after a pause in an idle process. */
const MOST_WAITING = 8;

/**
 * Makes a pace. Of requests that come together the first is answered first; were its comparison begun there and then,
 * the clients of the others would wait for it.
 */
export function createPace(options: PaceOptions): Pace {
  return new Pacer(options);
}

class Pacer implements Pace {
  readonly #options: Required<PaceOptions>;
  readonly #waiting: { run: () => void; since: number }[] = [];
  #asked = false;
  #paused = false;
  /** From when on the patience of pieces counts anew: the end of the last pause, or of the last batch among clients. */
  #patientSince = Number.NEGATIVE_INFINITY;
  readonly #budget: ComparisonBudget;
  readonly #upstream: UpstreamWait;

  constructor(options: PaceOptions) {
    this.#options = { idle: loopIdle, soon: setImmediate, later: setTimeout, ...options };
    this.#budget = new ComparisonBudget(this.#options.now(), this.#options.idle());
    this.#upstream = new UpstreamWait(this.#options);
    options.clients.whenNone(() => {
      this.#upstream.noneWaits();
      this.#ask();
    });
  }

  get hasRoom(): boolean {
    return this.#waiting.length < MOST_WAITING || this.#budget.isStarting;
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
    else if (forced && begun - Math.max(first.since, this.#patientSince) < PATIENCE_MS)
      this.#upstream.look(() => this.#ask());
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
    return this.#options.clients.count === 0 || this.#upstream.wasSeen(now);
  }

  #pause(): void {
    this.#paused = true;
    this.#options.later(() => {
      this.#paused = false;
      this.#patientSince = this.#options.now();
      this.#ask();
    }, PAUSE_MS);
  }
}

function loopIdle(): number {
  return performance.eventLoopUtilization().idle;
}
