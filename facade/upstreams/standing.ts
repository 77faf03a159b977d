/**
 * How the instances of one upstream stand: what discovery names, what probes and answers have shown, and how long
 * each has been there. It says who gets requests, and with what weight.
 */
import type { Clock } from '../../chassis/clock.ts';
import type { HealthCheck } from './health-check.ts';
import type { FailureKind, OutlierEjection } from './outlier-ejection.ts';
import type { Health } from './probed-health.ts';
import { slowStartWeight } from './slow-start.ts';
import { usable } from './usable.ts';

/** How one instance stands; times in milliseconds since the epoch. */
export type InstanceState =
  | { kind: 'healthy' }
  /** New, or back; `share` of what it will get, from 0.1 to 1. */
  | { kind: 'slow-start'; share: number }
  | { kind: 'ejected'; until: number }
  | { kind: 'unhealthy' }
  /** It gets no more requests; those under way end. */
  | { kind: 'draining' };

/** The standing of one upstream's instances. */
export interface Standing {
  /** Those that get requests now, of those that discovery names: the same array until something changes. */
  usable(named: readonly string[]): readonly string[];
  /** Whether all that are usable weigh the same. */
  readonly even: boolean;
  /** What an instance weighs beside the others, from 0.1 to 1. */
  weight(url: string): number;
  succeeded(url: string): void;
  failed(url: string, kind: FailureKind): void;
  /** All there are: those that discovery names, and those that go on without it. */
  readonly all: readonly string[];
  state(url: string): InstanceState;
  /** What the probes of an instance have shown; undefined where it is not asked. */
  probed(url: string): Health | undefined;
  /** Whether discovery names it. */
  isNamed(url: string): boolean;
  /** Whether all are used, bad ones too, because too few are good. */
  readonly panics: boolean;
  close(): void;
}

/** What it is made of; times in milliseconds. */
export interface StandingParts {
  /** Told of the ejection of an instance, and of its length. */
  ejection: (onEjected: (url: string, ms: number) => void) => OutlierEjection;
  /** None where the config asks for none. */
  health: ((onChange: () => void) => HealthCheck) | undefined;
  slowStart: number;
  /** Share of good instances below which all are used. */
  panic: number;
  clock: Clock;
  /** Told of each ejection. */
  onEjected: (url: string, ms: number) => void;
}

/** Makes the standing; it knows of no instance until it is asked about some. */
export function createStanding(parts: StandingParts): Standing {
  return new InstanceStanding(parts);
}

const NONE: readonly string[] = [];

class InstanceStanding implements Standing {
  #parts: StandingParts;
  #ejection: OutlierEjection;
  #health: HealthCheck | undefined;
  #named: readonly string[] = NONE;
  #all: readonly string[] = NONE;
  #usable: readonly string[] = NONE;
  /** Whether `#usable` may be wrong. */
  #stale = false;
  /** Since when an instance gets requests, by the monotonic clock, where that matters still. */
  #since = new Map<string, number>();
  #evenFrom = 0;
  #unhealthy = new Set<string>();

  constructor(parts: StandingParts) {
    this.#parts = parts;
    this.#ejection = parts.ejection((url, ms) => {
      this.#begin(url, parts.clock.monotonic() + ms);
      this.#stale = true;
      parts.onEjected(url, ms);
    });
    this.#health = parts.health?.(() => this.#heard());
  }

  get even(): boolean {
    return this.#evenFrom === 0 || this.#parts.clock.monotonic() >= this.#evenFrom;
  }

  get all(): readonly string[] {
    return this.#all;
  }

  usable(named: readonly string[]): readonly string[] {
    if (named !== this.#named) this.#follow(named);
    if (!this.#stale) return this.#usable;
    this.#usable = usable(this.#all, (url) => this.#isGood(url), this.#parts.panic);
    // An ejection ends by itself: until then it is looked at each time.
    this.#stale = !this.#ejection.quiet;
    return this.#usable;
  }

  weight(url: string): number {
    const since = this.#since.get(url);
    if (since === undefined) return 1;
    return slowStartWeight(this.#parts.clock.monotonic() - since, this.#parts.slowStart);
  }

  succeeded(url: string): void {
    this.#ejection.succeeded(url);
  }

  failed(url: string, kind: FailureKind): void {
    this.#ejection.failed(url, kind);
  }

  state(url: string): InstanceState {
    const { now, monotonic } = this.#parts.clock;
    if (!this.#all.includes(url)) return { kind: 'draining' };
    if (this.#health?.isHealthy(url) === false) return { kind: 'unhealthy' };
    const until = this.#ejection.ejectedUntil(url);
    if (until !== undefined) return { kind: 'ejected', until: Math.round(now() + until - monotonic()) };
    const share = this.weight(url);
    return share < 1 ? { kind: 'slow-start', share } : { kind: 'healthy' };
  }

  probed(url: string): Health | undefined {
    return this.#health?.health(url);
  }

  isNamed(url: string): boolean {
    return this.#named.includes(url);
  }

  get panics(): boolean {
    const used = this.usable(this.#named);
    return used.some((url) => !this.#isGood(url));
  }

  close(): void {
    this.#health?.close();
  }

  #isGood(url: string): boolean {
    return !this.#ejection.isEjected(url) && this.#health?.isHealthy(url) !== false;
  }

  #follow(named: readonly string[]): void {
    this.#named = named;
    this.#health?.follow(named);
    this.#gather();
  }

  /** A probe has changed something: who is unhealthy, or who goes on against the registry. */
  #heard(): void {
    for (const url of this.#all) {
      if (this.#health!.isHealthy(url) === false) this.#unhealthy.add(url);
      else if (this.#unhealthy.delete(url)) this.#begin(url, this.#parts.clock.monotonic());
    }
    this.#gather();
  }

  #gather(): void {
    const before = this.#all;
    const absent = this.#health?.absentButHealthy() ?? NONE;
    this.#all = absent.length === 0 ? this.#named : [...this.#named, ...absent];
    this.#ejection.follow(this.#all);
    for (const url of this.#unhealthy) if (!this.#all.includes(url)) this.#unhealthy.delete(url);
    for (const url of this.#since.keys()) if (!this.#all.includes(url)) this.#since.delete(url);
    // Those that are there from the beginning all begin alike; one that goes on without discovery was there before.
    const joined = before.length === 0 ? NONE : this.#named.filter((url) => !before.includes(url));
    for (const url of joined) this.#begin(url, this.#parts.clock.monotonic());
    this.#stale = true;
  }

  #begin(url: string, at: number): void {
    const { slowStart } = this.#parts;
    if (slowStart === 0) return;
    this.#since.set(url, at);
    this.#evenFrom = Math.max(this.#evenFrom, at + slowStart);
  }
}
