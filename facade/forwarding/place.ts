/** Where an attempt stands among those of its exchange. */
import type { BegunCall } from '../../chassis/breaker.ts';
import type { Instance } from '../upstreams/instance.ts';

/** Instances that one request may find without a connection before it is refused: nothing was sent to any of them. */
export const MOST_UNCONNECTED = 3;

/** The place of one attempt. */
export interface Place {
  /** Of the plan. */
  index: number;
  /** Sent once more, over a fresh connection, after a kept one broke. */
  fresh: boolean;
  /** The instance that failed before. */
  tried: Instance | undefined;
  /** Retries on other instances so far. */
  retries: number;
  /** How often it was sent before, as the upstreams are told; 0 where the client says so itself. */
  resent: number;
  /** Instances that were not there. */
  unconnected: number;
  /** What the breaker let through, where it goes on with this attempt. */
  call: BegunCall | undefined;
}

/** The first attempt at an upstream, by its index in the plan. */
export function firstAt(index: number): Place {
  return { index, ...FIRST };
}

const FIRST = { fresh: false, tried: undefined, retries: 0, resent: 0, unconnected: 0, call: undefined };

/** The first of all. */
export const FIRST_PLACE: Place = firstAt(0);
