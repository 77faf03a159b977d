/** The breakers around a group's two databases. */
import { type Breaker, createBreaker } from '../../chassis/breaker.ts';
import { KitError } from '../../chassis/errors.ts';
import { isDataError, isTransient } from '../write/data-error.ts';

/** One breaker for each side. */
export interface GroupBreakers {
  source: Breaker;
  target: Breaker;
  close(): void;
}

/** A row that a server refuses, or a lock it does not get, does not speak against the server. */
function speaksAgainst(error: unknown): boolean {
  return !(isDataError(error) || isTransient(error) || error instanceof KitError);
}

/** Makes them. */
export function createGroupBreakers(group: string): GroupBreakers {
  const times = { timeout: 8_000, window: 5_000, reset: 8_500, minimum: 5 };
  const source = createBreaker({ name: `source of ${group}`, ...times, isFailure: speaksAgainst });
  const target = createBreaker({ name: `target of ${group}`, ...times, isFailure: speaksAgainst });
  return {
    source,
    target,
    close() {
      source.close();
      target.close();
    },
  };
}
