/**
 * Sides of several processes each, under the same load in turn. All stay awake: processes that stood still and go on at
 * once get in each other's way. Where several share a core, the p99 of a slice is at times five times that of the next,
 * on any side: hence many short slices.
 */
import type { CrowdPlan, SlicePlan } from './crowd.ts';
import type { Round } from './medians.ts';
import { CORES, type Pinned, startPinned } from './pinned-process.ts';
import { PATH } from './rounds.ts';

/** How the load is cut up. */
export interface TurnsPlan extends CrowdPlan, SlicePlan {
  /** Turns that do not count: until V8 has compiled what a request needs, in each process. */
  warmUps: number;
  /** In each of them each side has a slice, in an order drawn anew. */
  turns: number;
}

/** A side as the load asks it. */
export interface Side {
  urls: readonly string[];
  pids: readonly number[];
}

/** Puts the load on the sides; the slices of each, in the order of `sides`, those of a turn with the same index. */
export async function measureSides(
  sides: readonly (readonly Pinned[])[],
  plan: TurnsPlan,
): Promise<Round[][]> {
  const asked: Side[] = sides.map((side) => ({
    urls: side.map(({ url }) => url + PATH),
    pids: side.map(({ pid }) => pid),
  }));
  const args = [plan, asked].map((one) => JSON.stringify(one));
  const { message, stop } = await startPinned(CORES.other, 'bench/facade/sides-load.ts', args);
  await stop();
  return message as Round[][];
}
