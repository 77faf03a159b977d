/** The load on one facade in two stages. Arguments: a SlicesPlan and who is asked, as JSON. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from '../../chassis/config/schema/routes.ts';
import { AdminOfFacade } from './admin-of-facade.ts';
import { Crowd } from './crowd.ts';
import type { Round } from './medians.ts';
import { cpuMsOf } from './pinned-process.ts';
import type { Asked, SlicesPlan } from './two-stages.ts';

const plan = JSON.parse(process.argv[2]!) as SlicesPlan;
const asked = JSON.parse(process.argv[3]!) as Asked;

const admin = new AdminOfFacade(asked);
const crowd = new Crowd([asked.url], plan);

const slices: [Round[], Round[]] = [[], []];
for (let pair = -plan.warmUps; pair < plan.pairs; pair += 1) {
  const first = Math.random() < 0.5 ? 0 : 1;
  for (const index of [first, 1 - first] as const) {
    const round = await slice(plan.stages[index]!);
    if (pair >= 0) slices[index]!.push(round);
  }
}
process.send!(slices);
crowd.close();

/** Rate and processor time with the lead-in. */
async function slice(stage: Stage): Promise<Round> {
  await admin.setStage(stage);
  const cpuBefore = cpuMsOf(asked.pid);
  const load = await crowd.ask(plan);
  await delay(plan.restMs);
  const cpuMs = cpuMsOf(asked.pid) - cpuBefore;
  if (stage === 'shadow') await admin.comparedOrSkipped(load.requests);
  return { ...load, cpuMs };
}
