import { type Clock, systemClock } from '../../chassis/clock.ts';

/** The system's clock, which knows how many are asleep by it. */
export function createCountingClock(): Clock & { sleeping(): number } {
  let sleeping = 0;
  return {
    ...systemClock,
    sleeping: () => sleeping,
    async sleep(ms, signal) {
      sleeping += 1;
      try {
        await systemClock.sleep(ms, signal);
      } finally {
        sleeping -= 1;
      }
    },
  };
}
