/** Asks the store only while Redis answers: after a failure the next questions are not even asked for a while. */
import type { Clock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import type { LeasedStore } from './leased-store.ts';

/** The answer in place of the store's. */
export const AWAY = Symbol('Redis is away');

/** Asks, or gives AWAY. */
export type Ask = <T>(question: (store: LeasedStore) => Promise<T>) => Promise<T | typeof AWAY>;

/** Milliseconds without a question after one was not answered. */
const PAUSE = 1_000;

/** Makes the guarded way to a store. */
export function guardStore(store: LeasedStore, { clock, log }: { clock: Clock; log: Logger }): Ask {
  let awayUntil = Number.NEGATIVE_INFINITY;
  return async (question) => {
    if (clock.monotonic() < awayUntil) return AWAY;
    try {
      return await question(store);
    } catch (error) {
      awayUntil = clock.monotonic() + PAUSE;
      log.warn('reference cache goes on without redis', { error: messageOf(error) });
      return AWAY;
    }
  };
}
