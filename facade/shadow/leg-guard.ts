/** Spares a side that fails its shadow calls the repetition. Where nothing failed lately it costs nothing. */
import { type BegunCall, createBreaker } from '../../chassis/breaker.ts';
import { Guards } from '../upstreams/guards.ts';

/** opossum needs a reset longer than the timeout; at least this long. */
const LEAST_RESET_MS = 10_000;

/** The guard of one side of one route. */
export class LegGuard {
  readonly #name: string;
  readonly #guards: Guards;
  /** For calls in calm, of which only a failure is news. */
  readonly #calm: BegunCall;

  /** `timeout`: of a call, in milliseconds. */
  constructor(name: string, timeout: number, monotonic: () => number) {
    const reset = Math.max(LEAST_RESET_MS, timeout * 2);
    const settings = { name, timeout, reset, window: LEAST_RESET_MS };
    this.#name = name;
    this.#guards = new Guards({
      ...{ window: LEAST_RESET_MS, monotonic, onChange() {} },
      createBreaker: () => createBreaker(settings),
    });
    this.#calm = {
      succeeded() {},
      failed: () => {
        this.#guards.failed(name);
        // Counted like those that follow it.
        this.#guards.of(name)?.begin()?.failed();
      },
      dropped() {},
    };
  }

  /** Whether a call would be let through now. */
  get admits(): boolean {
    return this.#guards.of(this.#name)?.admits ?? true;
  }

  /** Lets a call through, which tells how it went; undefined: the side is spared it. */
  begin(): BegunCall | undefined {
    const breaker = this.#guards.of(this.#name);
    return breaker === undefined ? this.#calm : breaker.begin();
  }

  close(): void {
    this.#guards.close();
  }
}

/** Guards by side and route; one whose timeout changed is made anew. */
export class LegGuards {
  readonly #monotonic: () => number;
  readonly #known = {
    legacy: new Map<string, { timeout: number; guard: LegGuard }>(),
    service: new Map<string, { timeout: number; guard: LegGuard }>(),
  };

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** `timeout`: of a call, in milliseconds. */
  of(route: string, side: 'legacy' | 'service', timeout: number): LegGuard {
    const known = this.#known[side];
    const found = known.get(route);
    if (found?.timeout === timeout) return found.guard;
    found?.guard.close();
    const guard = new LegGuard(`${side} for comparisons of ${route}`, timeout, this.#monotonic);
    known.set(route, { timeout, guard });
    return guard;
  }

  close(): void {
    for (const { guard } of [...this.#known.legacy.values(), ...this.#known.service.values()]) guard.close();
  }
}
