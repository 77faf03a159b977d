/**
 * Pure. Outlier ejection: an instance that fails several times in a row while others are there gets no requests
 * for a while, longer each time. After Envoy's outlier detection (consecutive 5xx, base ejection time, cap).
 */
import type { Clock } from '../../chassis/clock.ts';

/** When instances are ejected, and for how long; times in milliseconds. */
export interface EjectionSettings {
  /** Failures in a row without an answer of its own: none came, or 502, 503, 504. */
  failures: number;
  /** Failures in a row of any kind, 500 included; 0: only those above count. */
  serverErrors: number;
  /** The first ejection; the n-th in short order takes n times as long. */
  base: number;
  /** The longest ejection, but for the jitter: those that have it must not all come back at once either. */
  most: number;
  /** Share of the instances that may be ejected at a time. One may always be where there are two; 0: none at all. */
  maxEjected: number;
}

/** `gateway`: no answer, or one that speaks of the instance (502, 503, 504); `server-error`: any other 5xx. */
export type FailureKind = 'gateway' | 'server-error';

/** The ejections of one upstream. */
export interface OutlierEjection {
  /** Whether nothing is ejected: then nobody needs to ask for each. */
  readonly quiet: boolean;
  succeeded(url: string): void;
  failed(url: string, kind: FailureKind): void;
  isEjected(url: string): boolean;
  /** Milliseconds of the clock's `monotonic`; undefined when it is not ejected. */
  ejectedUntil(url: string): number | undefined;
  /** The instances there are from now on; of others nothing is kept. */
  follow(urls: readonly string[]): void;
}

/**
 * Makes the ejection of one upstream.
 * @param random from 0 to 1, for jitter
 * @param onEjected told of each ejection and its length in milliseconds
 */
export function createOutlierEjection(
  settings: EjectionSettings,
  clock: Pick<Clock, 'monotonic'>,
  random: () => number,
  onEjected: (url: string, ms: number) => void = () => {},
): OutlierEjection {
  return new Ejections(settings, clock, random, onEjected);
}

/** How many of so many instances may be ejected at a time: never all. */
export function ejectionCap(instances: number, share: number): number {
  if (share === 0 || instances < 2) return 0;
  return Math.min(instances - 1, Math.max(1, Math.floor(instances * share)));
}

/** What is remembered of an instance that has failed. */
interface Conduct {
  /** Failures in a row: those of kind `gateway`, and all. */
  gateway: number;
  all: number;
  /** How often it was ejected in short order. */
  times: number;
  /** When the last ejection ends, or ended. */
  until: number;
}

/** Each ejection takes up to a tenth longer, so that not all come back at once. */
const JITTER = 0.1;

class Ejections implements OutlierEjection {
  #settings: EjectionSettings;
  #clock: Pick<Clock, 'monotonic'>;
  #random: () => number;
  #onEjected: (url: string, ms: number) => void;
  #known = new Set<string>();
  #conducts = new Map<string, Conduct>();
  #ejected = new Map<string, Conduct>();
  /** How many have failures in a row, so that a success costs nothing while none has. */
  #failing = 0;
  #firstReturn = Number.POSITIVE_INFINITY;

  constructor(
    settings: EjectionSettings,
    clock: Pick<Clock, 'monotonic'>,
    random: () => number,
    onEjected: (url: string, ms: number) => void,
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#onEjected = onEjected;
  }

  get quiet(): boolean {
    this.#expire();
    return this.#ejected.size === 0;
  }

  succeeded(url: string): void {
    if (this.#failing === 0) return;
    const conduct = this.#conducts.get(url);
    if (conduct !== undefined) this.#forgive(conduct);
  }

  failed(url: string, kind: FailureKind): void {
    // Requests that were under way when it was ejected say nothing new.
    if (!this.#known.has(url) || this.isEjected(url)) return;
    const conduct = this.#conducts.get(url) ?? { gateway: 0, all: 0, times: 0, until: 0 };
    this.#conducts.set(url, conduct);
    if (conduct.all === 0) this.#failing += 1;
    conduct.all += 1;
    conduct.gateway = kind === 'gateway' ? conduct.gateway + 1 : 0;
    if (this.#isOutlier(conduct) && this.#ejected.size < this.#cap()) this.#eject(url, conduct);
  }

  isEjected(url: string): boolean {
    this.#expire();
    return this.#ejected.has(url);
  }

  ejectedUntil(url: string): number | undefined {
    this.#expire();
    return this.#ejected.get(url)?.until;
  }

  follow(urls: readonly string[]): void {
    this.#known = new Set(urls);
    for (const [url, conduct] of this.#conducts) {
      if (this.#known.has(url)) continue;
      this.#forgive(conduct);
      this.#conducts.delete(url);
      this.#ejected.delete(url);
    }
    // With fewer instances the cap is lower: those that would come back first come back now.
    const surplus = Math.max(0, this.#ejected.size - this.#cap());
    const inOrder = [...this.#ejected].sort(([, one], [, other]) => one.until - other.until);
    for (const [url] of inOrder.slice(0, surplus)) this.#ejected.delete(url);
    this.#noteFirstReturn();
  }

  #isOutlier({ gateway, all }: Conduct): boolean {
    const { failures, serverErrors } = this.#settings;
    return gateway >= failures || (serverErrors > 0 && all >= serverErrors);
  }

  #cap(): number {
    return ejectionCap(this.#known.size, this.#settings.maxEjected);
  }

  #eject(url: string, conduct: Conduct): void {
    const { base, most } = this.#settings;
    const now = this.#clock.monotonic();
    // Each length of `base` in service takes one ejection off the count.
    const served = Math.floor(Math.max(0, now - conduct.until) / base);
    conduct.times = Math.max(0, conduct.times - served) + 1;
    const ms = Math.min(most, base * conduct.times) * (1 + JITTER * this.#random());
    conduct.until = now + ms;
    this.#forgive(conduct);
    this.#ejected.set(url, conduct);
    this.#firstReturn = Math.min(this.#firstReturn, conduct.until);
    this.#onEjected(url, ms);
  }

  #forgive(conduct: Conduct): void {
    if (conduct.all > 0) this.#failing -= 1;
    conduct.all = 0;
    conduct.gateway = 0;
  }

  /** Ends the ejections whose time is over. */
  #expire(): void {
    if (this.#ejected.size === 0) return;
    const now = this.#clock.monotonic();
    if (now < this.#firstReturn) return;
    for (const [url, { until }] of this.#ejected) if (until <= now) this.#ejected.delete(url);
    this.#noteFirstReturn();
  }

  #noteFirstReturn(): void {
    this.#firstReturn = Math.min(
      Number.POSITIVE_INFINITY,
      ...[...this.#ejected.values()].map(({ until }) => until),
    );
  }
}
