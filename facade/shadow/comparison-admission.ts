/**
 * Decides which comparisons begin: no more of a route at a time than it allows, none that its breaker would refuse, and
 * where those that have begun wait for the budget, one of each route. What waits long is compared with a later answer, and
 * is copied by each collection meanwhile; a route with few requests keeps its place beside one with many.
 */
import type { SkipReason } from '../comparison/outcome.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { LegGuards } from './leg-guard.ts';
import type { Pace } from './pacing.ts';

/** Counts what is under way, by route. */
export class ComparisonAdmission {
  readonly #pace: Pick<Pace, 'hasRoom'>;
  readonly #guards: Pick<LegGuards, 'of'>;
  readonly #active = new Map<string, number>();

  constructor(pace: Pick<Pace, 'hasRoom'>, guards: Pick<LegGuards, 'of'>) {
    this.#pace = pace;
    this.#guards = guards;
  }

  /** Why none of a route would begin now, if so. */
  refusalOf({ config: { id, shadow } }: ActiveRoute): SkipReason | undefined {
    const active = this.#active.get(id) ?? 0;
    if (active >= shadow.concurrency || (active > 0 && !this.#pace.hasRoom)) return 'busy';
    // A job that would only be refused costs more than the request it follows.
    return this.#guards.of(id, 'service', shadow.timeout).admits ? undefined : 'breaker-open';
  }

  began(route: string): void {
    this.#active.set(route, (this.#active.get(route) ?? 0) + 1);
  }

  ended(route: string): void {
    const left = this.#active.get(route)! - 1;
    if (left === 0) this.#active.delete(route);
    else this.#active.set(route, left);
  }
}
