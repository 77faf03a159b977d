/**
 * What a stage costs beside another, in one facade: its route goes back and forth between the two, and each slice of load
 * meets one of them. Processes of the same code differ from start to start, by 5 to 8 % in processor time and by 10 % and
 * more in their p99, so that what a stage adds drowns where each has processes of its own.
 */
import type { Stage } from '../../chassis/config/schema/routes.ts';
import type { CrowdPlan, SlicePlan } from './crowd.ts';
import type { Round } from './medians.ts';
import { CORES, type Pinned, startPinned } from './pinned-process.ts';
import { PATH } from './rounds.ts';
import { ADMIN_TOKEN } from './stage.ts';

/** How the load is cut up. */
export interface SlicesPlan extends CrowdPlan, SlicePlan {
  stages: readonly [Stage, Stage];
  /** Pairs of slices that do not count: until V8 has compiled what a request needs, in both stages. */
  warmUps: number;
  /** Pairs of slices, each in an order drawn anew. */
  pairs: number;
  /** After the last answer of each slice, in which the process comes to rest. */
  restMs: number;
}

/** Who is asked. */
export interface Asked {
  url: string;
  admin: string;
  token: string;
  pid: number;
}

/** The slices of each of the two stages, those of a pair with the same index. */
export type BothStages = readonly [Round[], Round[]];

/**
 * Puts the load on a facade with one route. After each slice in the stage `shadow`, what the facade counts as compared or
 * skipped must become the number of the requests that were sent in that stage; fails where it does not.
 */
export async function measureStages(facade: Pinned, plan: SlicesPlan): Promise<BothStages> {
  const { admin } = facade.message as { admin: string };
  const asked: Asked = { url: facade.url + PATH, admin, token: ADMIN_TOKEN, pid: facade.pid };
  const args = [plan, asked].map((one) => JSON.stringify(one));
  const { message, stop } = await startPinned(CORES.other, 'bench/facade/two-stages-load.ts', args);
  await stop();
  return message as BothStages;
}
