/**
 * A round in which contestants are under load in slices of less than a second, in turn, so that stalls and slow times
 * of the machine, which last about as long, hit all of them alike. For latencies: where each has some seconds for
 * itself, the p99 of two equal ones differ by a tenth and more after half an hour.
 */
import type { Round } from './medians.ts';
import { CORES, startPinned } from './pinned-process.ts';
import { type Measure, PATH } from './rounds.ts';

/** How a round is cut up. */
export interface SlicesPlan {
  connections: number;
  /** Requests a second in all, each connection waiting at random before it asks; undefined: as fast as answers come. */
  rate?: number;
  /** Slices of each contestant that count. */
  slices: number;
  /** Of each slice, before its requests count: its code and data are not in the caches of the core. */
  leadInMs: number;
  /** Of each slice, in which they do. */
  countedMs: number;
  /** After the last answer of each slice, in which the process comes to rest before it is stopped. */
  restMs: number;
}

/** Who is asked in the slices. */
export interface Asked {
  url: string;
  pid: number;
}

/** A measurement of single processes in slices. */
export function inSlices(plan: SlicesPlan): Measure {
  return async (side) => {
    const asked: Asked[] = side.map(({ served: [one] }) => ({ url: one!.url + PATH, pid: one!.pid }));
    const args = [plan, asked].map((one) => JSON.stringify(one));
    const { message, stop } = await startPinned(CORES.other, 'bench/facade/slices-load.ts', args);
    await stop();
    return message as Round[];
  };
}
