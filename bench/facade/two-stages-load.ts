/** The load on one facade in two stages. Arguments: a SlicesPlan and who is asked, as JSON. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from '../../chassis/config/schema/routes.ts';
import { AdminOfFacade } from './admin-of-facade.ts';
import { percentileOf } from './latencies.ts';
import type { Round } from './medians.ts';
import { cpuMsOf } from './pinned-process.ts';
import { ThinkingUser } from './thinking-user.ts';
import type { Asked, SlicesPlan } from './two-stages.ts';

const plan = JSON.parse(process.argv[2]!) as SlicesPlan;
const asked = JSON.parse(process.argv[3]!) as Asked;
const THINK_MS = plan.rate === undefined ? 0 : (plan.connections * 1_000) / plan.rate;

const admin = new AdminOfFacade(asked);
const users = Array.from(
  { length: plan.connections },
  () => new ThinkingUser(new URL(asked.url), THINK_MS, done),
);
/** Of the slice under way. */
let counts = { requests: 0, failed: 0 };
let latencies: number[] = [];
let countsFrom = 0;

const slices: [Round[], Round[]] = [[], []];
for (let pair = -plan.warmUps; pair < plan.pairs; pair += 1) {
  const first = Math.random() < 0.5 ? 0 : 1;
  for (const index of [first, 1 - first] as const) {
    const round = await slice(plan.stages[index]!);
    if (pair >= 0) slices[index]!.push(round);
  }
}
process.send!(slices);
for (const user of users) user.close();

function done(began: number, ok: boolean): void {
  counts.requests += 1;
  if (!ok) counts.failed += 1;
  if (began >= countsFrom) latencies.push(performance.now() - began);
}

/** Rate and processor time with the lead-in. */
async function slice(stage: Stage): Promise<Round> {
  await admin.setStage(stage);
  const cpuBefore = cpuMsOf(asked.pid);
  counts = { requests: 0, failed: 0 };
  latencies = [];
  countsFrom = performance.now() + plan.leadInMs;
  for (const user of users) user.begin();
  await delay(plan.leadInMs + plan.countedMs);
  await Promise.all(users.map((user) => user.end()));
  await delay(plan.restMs);
  const cpuMs = cpuMsOf(asked.pid) - cpuBefore;
  if (stage === 'shadow') await admin.comparedOrSkipped(counts.requests);
  const seconds = (plan.leadInMs + plan.countedMs) / 1_000;
  return { ...counts, cpuMs, seconds, p50: percentileOf(0.5, latencies), p99: percentileOf(0.99, latencies) };
}
