/**
 * Active health checks: each instance is asked at intervals whether it is well. What is found outranks discovery
 * (after Envoy's eventually consistent discovery): an instance that the registry names no more goes on while it
 * proves to be well, since a registry may fail at any time; one that does not is removed.
 */
import type { Clock } from '../../chassis/clock.ts';
import { jittered, type Poll, startPoll } from '../../chassis/discovery/poll.ts';
import { afterProbe, type Health, type HealthThresholds } from './probed-health.ts';

/** When an instance is asked, and how often it must pass or fail; times in milliseconds. */
export interface HealthSettings extends HealthThresholds {
  /** From the end of one probe to the next, up to a fifth more or less. */
  interval: number;
}

/** Asks one instance once; whatever it throws is a failure. */
export type Probe = (url: string, signal: AbortSignal) => Promise<boolean>;

/** The health of one upstream's instances. */
export interface HealthCheck {
  /** Whether no instance is unhealthy, and none goes on against the registry. */
  readonly quiet: boolean;
  /** True for what has not been asked yet. */
  isHealthy(url: string): boolean;
  /** What its probes have shown; undefined: nobody asks it. */
  health(url: string): Health | undefined;
  /** The instances that discovery names now. */
  follow(urls: readonly string[]): void;
  /** Those it names no more that have proved to be well since. */
  absentButHealthy(): readonly string[];
  close(): void;
}

/**
 * Starts asking the instances that it is told to follow; `random` gives from 0 to 1, for jitter.
 * @param onChange called after an answer to any question above has changed by a probe
 */
export function createHealthCheck(
  settings: HealthSettings,
  probe: Probe,
  clock: Clock,
  random: () => number,
  onChange: () => void = () => {},
): HealthCheck {
  return new HealthChecks(settings, probe, clock, random, onChange);
}

/** An instance that is being asked. */
interface Watched {
  url: string;
  health: Health;
  /** `leaving`: discovery names it no more, and it has not been asked since. */
  presence: 'named' | 'leaving' | 'absent';
  poll: Poll;
}

class HealthChecks implements HealthCheck {
  #settings: HealthSettings;
  #probe: Probe;
  #clock: Clock;
  #random: () => number;
  #onChange: () => void;
  #watched = new Map<string, Watched>();
  #unhealthy = 0;
  #absent: readonly string[] = [];

  constructor(
    settings: HealthSettings,
    probe: Probe,
    clock: Clock,
    random: () => number,
    onChange: () => void,
  ) {
    this.#settings = settings;
    this.#probe = probe;
    this.#clock = clock;
    this.#random = random;
    this.#onChange = onChange;
  }

  get quiet(): boolean {
    return this.#unhealthy === 0 && this.#absent.length === 0;
  }

  isHealthy(url: string): boolean {
    return this.#unhealthy === 0 || this.#watched.get(url)?.health.kind !== 'unhealthy';
  }

  health(url: string): Health | undefined {
    return this.#watched.get(url)?.health;
  }

  absentButHealthy(): readonly string[] {
    return this.#absent;
  }

  follow(urls: readonly string[]): void {
    const named = new Set(urls);
    for (const one of [...this.#watched.values()]) {
      if (named.has(one.url)) one.presence = 'named';
      else if (one.presence === 'named') this.#leave(one);
    }
    for (const url of named) {
      if (!this.#watched.has(url)) this.#watch({ url, health: { kind: 'unproven' }, presence: 'named' });
    }
    this.#count();
  }

  close(): void {
    for (const { poll } of this.#watched.values()) void poll.close();
    this.#watched.clear();
  }

  /** One that was well is asked at once whether it still is: it may only have lost its lease, or be about to end. */
  #leave(one: Watched): void {
    this.#remove(one);
    if (one.health.kind === 'healthy') this.#watch({ ...one, presence: 'leaving' });
  }

  #watch(one: Omit<Watched, 'poll'>): void {
    const watched = one as Watched;
    this.#watched.set(one.url, watched);
    watched.poll = startPoll(async (signal) => {
      const passed = await this.#probe(one.url, signal).catch(() => false);
      if (!signal.aborted) this.#note(watched, passed);
      return jittered(this.#settings.interval, this.#random);
    }, this.#clock);
  }

  #note(one: Watched, passed: boolean): void {
    const { health, presence } = one;
    one.health = afterProbe(health, passed, this.#settings);
    if (presence !== 'named') one.presence = 'absent';
    const gone = presence !== 'named' && !passed;
    if (gone) this.#remove(one);
    this.#count();
    if (gone || one.health.kind !== health.kind || one.presence !== presence) this.#onChange();
  }

  #remove(one: Watched): void {
    void one.poll.close();
    this.#watched.delete(one.url);
  }

  #count(): void {
    const all = [...this.#watched.values()];
    this.#unhealthy = all.filter(({ health }) => health.kind === 'unhealthy').length;
    this.#absent = all.filter(({ presence }) => presence === 'absent').map(({ url }) => url);
  }
}
