/**
 * The door to opossum: a circuit breaker whose unsafe options cannot be set. What is refused, and why
 * (found by running opossum 10; docs/decisions): a timeout not shorter than the reset (a straggler closes a
 * half-open circuit), a reset shorter than the window (rejections dilute it), its capacity, cache, coalesce
 * and shared abort controller (each corrupts the count), percentiles (they sort on every failure).
 */
import CircuitBreaker from 'opossum';
import { defineErrors, EXIT } from './errors.ts';

/** Whether calls pass (`closed`), are refused (`open`), or one is tried (`half-open`). */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** A circuit breaker around one resource. */
export interface Breaker {
  /** Runs a call; its signal is aborted at the timeout. Rejects with BREAKER_OPEN without calling when open. */
  run<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Lets a call through that has a time limit of its own, and tells how it went; undefined: it is refused. */
  begin(): BegunCall | undefined;
  readonly state: BreakerState;
  /** Whether `run` would call now: not while it is open, nor while half-open with its one call under way. */
  readonly admits: boolean;
  onChange(listener: (state: BreakerState) => void): void;
  close(): void;
}

/** A call that was let through; it tells once how it went. */
export interface BegunCall {
  succeeded(): void;
  failed(): void;
  /** Nothing was learnt of the resource: it is not counted, and a half-open breaker stays on its guard. */
  dropped(): void;
}

/** Settings of a breaker; times in milliseconds. */
export interface BreakerOptions {
  name: string;
  /** Time one call may take; counts as a failure. */
  timeout: number;
  /** Percent of failed calls within the window above which it opens. 50 by default. */
  failures?: number;
  /** Calls within the window below which it never opens. 20 by default, at least 5. */
  minimum?: number;
  window?: number;
  /** Time it stays open before one probe. */
  reset?: number;
  /** Which errors speak against the resource; all by default. */
  isFailure?: (error: unknown) => boolean;
}

export const breakerErrors = defineErrors({
  BREAKER_OPEN: {
    status: 503,
    exit: EXIT.unreachable,
    message: ({ name }) => `The breaker of ${name} is open: it failed too often just now.`,
    remedy: 'It lets one call through again by itself after a while; see why the upstream fails.',
  },
  BREAKER_TIMEOUT: {
    status: 504,
    exit: EXIT.unreachable,
    message: ({ name, timeout }) => `${name} did not answer within ${timeout} ms.`,
    remedy: 'See why the upstream is slow, or raise its timeout.',
  },
  BREAKER_UNSAFE: {
    status: 500,
    exit: EXIT.usage,
    message: ({ name, found, expected }) => `Breaker ${name}: found ${found}, expected ${expected}.`,
    remedy: 'Mend the breaker settings of this upstream.',
  },
});

/** Makes a breaker. Raises BREAKER_UNSAFE for settings under which opossum misbehaves. */
export function createBreaker(options: BreakerOptions): Breaker {
  const {
    name,
    timeout,
    failures = 50,
    minimum = 20,
    window = 10_000,
    reset = 10_000,
    isFailure = () => true,
  } = options;
  refuseUnsafe({ name, timeout, failures, minimum, window, reset });
  type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };
  const circuit = new CircuitBreaker<[(signal: AbortSignal) => Promise<unknown>, AbortSignal], Outcome>(
    // An error that does not speak against the resource is carried as a value: the resource answered, so it
    // counts as a success, as opossum's errorFilter would count it.
    async (call, signal) => {
      try {
        return { ok: true, value: await call(signal) };
      } catch (error) {
        if (error === FAILED || isFailure(error)) throw error;
        return { ok: false, error };
      }
    },
    {
      name,
      timeout,
      errorThresholdPercentage: failures,
      volumeThreshold: minimum,
      rollingCountTimeout: window,
      resetTimeout: reset,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
    },
  );
  const listeners: ((state: BreakerState) => void)[] = [];
  for (const event of ['open', 'close', 'halfOpen'] as const) {
    circuit.on(event as 'open', () => notify(listeners, stateOf(circuit)));
  }
  return {
    async run<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
      // Refused here, since opossum counts what it refuses as calls: after a recovery thousands of failures
      // would pass before it opens again.
      if (!admits(circuit)) throw breakerErrors.error('BREAKER_OPEN', { name });
      // Aborted when opossum's own timer fires: one timer a call, and none that outlives it.
      const limit = new AbortController();
      const outcome = await circuit.fire(call, limit.signal).catch((error) => {
        const translated = translate(error, name, timeout);
        if (translated !== error) limit.abort(translated);
        throw translated;
      });
      if (!outcome.ok) throw outcome.error;
      return outcome.value as T;
    },
    begin() {
      if (circuit.closed) return countedAtItsEnd(circuit);
      return admits(circuit) ? triedAlone(circuit) : undefined;
    },
    get state() {
      return stateOf(circuit);
    },
    get admits() {
      return admits(circuit);
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => circuit.shutdown(),
  };
}

type Circuit = CircuitBreaker<[(signal: AbortSignal) => Promise<unknown>, AbortSignal], unknown>;

const FAILED = new Error('The call failed.');
const NEVER_ABORTED = new AbortController().signal;

/** Counted as a call when it ends, so that those under way do not dilute the share; not at all after a change. */
function countedAtItsEnd(circuit: Circuit): BegunCall {
  const count = (outcome: () => Promise<unknown>) => {
    if (circuit.closed) void circuit.fire(outcome, NEVER_ABORTED).catch(() => {});
  };
  return {
    succeeded: () => count(() => Promise.resolve()),
    failed: () => count(() => Promise.reject(FAILED)),
    dropped() {},
  };
}

/** The one call of a half-open circuit. One that takes longer than the time limit opens it again; its late success closes it. */
function triedAlone(circuit: Circuit): BegunCall {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  void circuit.fire(() => promise, NEVER_ABORTED).catch(() => {});
  return {
    succeeded() {
      resolve();
      circuit.close();
    },
    failed: () => reject(FAILED),
    dropped: () => reject(FAILED),
  };
}

type Thresholds = Required<Omit<BreakerOptions, 'isFailure'>>;

/** Written so that NaN is refused too. */
function refuseUnsafe({ name, timeout, failures, minimum, window, reset }: Thresholds): void {
  const refuse = (found: string, expected: string) =>
    breakerErrors.error('BREAKER_UNSAFE', { name, found, expected });
  if (!(timeout > 0 && timeout < reset))
    throw refuse(`timeout ${timeout} ms with reset ${reset} ms`, 'a timeout shorter than the reset');
  if (!(window > 0 && window <= reset))
    throw refuse(`reset ${reset} ms with window ${window} ms`, 'a reset at least as long as the window');
  if (!(minimum >= 5)) throw refuse(`minimum ${minimum}`, 'a minimum of at least 5 calls');
  // Above 100 percent of failures is nothing: at 100 it would never open.
  if (!(failures > 0 && failures < 100)) throw refuse(`failures ${failures}`, 'a percentage from 1 to 99');
}

function admits({ closed, pendingClose }: { closed: boolean; pendingClose: boolean }): boolean {
  return closed || pendingClose;
}

function stateOf(
  circuit: CircuitBreaker<never, never> | { opened: boolean; halfOpen: boolean },
): BreakerState {
  if (circuit.halfOpen) return 'half-open';
  return circuit.opened ? 'open' : 'closed';
}

/** A throwing listener would turn a success into a failure inside opossum. */
function notify(listeners: ((state: BreakerState) => void)[], state: BreakerState): void {
  for (const listener of listeners) {
    try {
      listener(state);
    } catch {
      // The listener's own affair.
    }
  }
}

function translate(error: unknown, name: string, timeout: number): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'EOPENBREAKER') return breakerErrors.error('BREAKER_OPEN', { name });
  const timedOut = code === 'ETIMEDOUT' && (error as Error).message.startsWith('Timed out after');
  const aborted = error instanceof DOMException && error.name === 'TimeoutError';
  return timedOut || aborted ? breakerErrors.error('BREAKER_TIMEOUT', { name, timeout }, error) : error;
}
