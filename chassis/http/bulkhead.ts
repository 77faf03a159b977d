/** A bulkhead: a bounded number of calls at a time, a bounded queue before it. */
import { defineErrors, EXIT } from '../errors.ts';

export const bulkheadErrors = defineErrors({
  UPSTREAM_BUSY: {
    status: 503,
    exit: EXIT.unreachable,
    message: ({ name, concurrency, queue }) =>
      `${name} has ${concurrency} calls under way and ${queue} waiting, as many as it may.`,
    remedy: 'Try again later; raise concurrency or queue if the upstream can take more.',
  },
});

/** A bounded number of places. */
export interface Bulkhead {
  /** Waits for a place, runs the call, gives the place back when the call has really ended. */
  run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  readonly active: number;
  readonly waiting: number;
}

/** Makes a bulkhead; `run` rejects with UPSTREAM_BUSY when queue and places are full. */
export function createBulkhead(
  name: string,
  { concurrency, queue }: { concurrency: number; queue: number },
): Bulkhead {
  const waiters: (() => void)[] = [];
  let active = 0;

  const enter = async (signal?: AbortSignal): Promise<void> => {
    if (active < concurrency) {
      active += 1;
      return;
    }
    if (waiters.length >= queue) throw bulkheadErrors.error('UPSTREAM_BUSY', { name, concurrency, queue });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const give = () => resolve();
    const abort = () => {
      const place = waiters.indexOf(give);
      if (place >= 0) waiters.splice(place, 1);
      reject(signal?.reason);
    };
    waiters.push(give);
    signal?.addEventListener('abort', abort, { once: true });
    await promise.finally(() => signal?.removeEventListener('abort', abort));
  };
  /** A freed place goes to the first who waits, without being counted free in between. */
  const leave = () => {
    const next = waiters.shift();
    if (next === undefined) active -= 1;
    else next();
  };

  return {
    async run(call, signal) {
      signal?.throwIfAborted();
      await enter(signal);
      try {
        return await call();
      } finally {
        leave();
      }
    },
    get active() {
      return active;
    },
    get waiting() {
      return waiters.length;
    },
  };
}
