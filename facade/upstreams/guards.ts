/**
 * The breakers before one upstream, one for each route: a route that fails leaves the others alone. A breaker
 * exists from a first failure until a whole window has passed without another; in that calm, calls cost nothing.
 */
import type { Breaker, BreakerState } from '../../chassis/breaker.ts';

/** What guards are made from; times in milliseconds. */
export interface GuardsOptions {
  createBreaker: (route: string) => Breaker;
  /** How long after a failure calls go through the breaker. */
  window: number;
  monotonic: () => number;
  onChange: (route: string, state: BreakerState) => void;
}

interface Guard {
  breaker: Breaker;
  until: number;
}

/** The breakers of one upstream. */
export class Guards {
  #options: GuardsOptions;
  #watched = new Map<string, Guard>();

  constructor(options: GuardsOptions) {
    this.#options = options;
  }

  /** The breaker that a call must go through; undefined in calm. */
  of(route: string): Breaker | undefined {
    if (this.#watched.size === 0) return undefined;
    const guard = this.#watched.get(route);
    if (guard === undefined) return undefined;
    if (guard.breaker.state !== 'closed' || this.#options.monotonic() < guard.until) return guard.breaker;
    guard.breaker.close();
    this.#watched.delete(route);
    return undefined;
  }

  /** The breaker for calls that all go through it, made when it is not there. */
  always(route: string): Breaker {
    const guard = this.#watched.get(route) ?? this.#watch(route);
    guard.until = Number.POSITIVE_INFINITY;
    return guard.breaker;
  }

  /** A call has failed: from now on they are counted. */
  failed(route: string): void {
    const guard = this.#watched.get(route) ?? this.#watch(route);
    guard.until = Math.max(guard.until, this.#options.monotonic() + this.#options.window);
  }

  state(route: string): BreakerState {
    return this.#watched.get(route)?.breaker.state ?? 'closed';
  }

  /** Those that there are. */
  states(): { route: string; state: BreakerState }[] {
    return [...this.#watched].map(([route, { breaker }]) => ({ route, state: breaker.state }));
  }

  close(): void {
    for (const { breaker } of this.#watched.values()) breaker.close();
    this.#watched.clear();
  }

  #watch(route: string): Guard {
    const guard = { breaker: this.#options.createBreaker(route), until: 0 };
    guard.breaker.onChange((state) => this.#options.onChange(route, state));
    this.#watched.set(route, guard);
    return guard;
  }
}
