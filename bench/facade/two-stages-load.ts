/** The load on one facade in two stages. Arguments: a SlicesPlan and who is asked, as JSON. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from '../../chassis/config/schema/routes.ts';
import { AdminOfFacade } from './admin-of-facade.ts';
import { countLatencies, percentileOf } from './latencies.ts';
import type { Round } from './medians.ts';
import { cpuMsOf } from './pinned-process.ts';
import { ThinkingUser } from './thinking-user.ts';
import type { Asked, SlicesPlan } from './two-stages.ts';

const plan = JSON.parse(process.argv[2]!) as SlicesPlan;
const asked = JSON.parse(process.argv[3]!) as Asked;
const THINK_MS = plan.rate === undefined ? 0 : (plan.connections * 1_000) / plan.rate;

/** What the slices of a round in one stage have come to so far. */
interface Sum {
  requests: number;
  failed: number;
  cpuMs: number;
  latencies: number[];
}

const admin = new AdminOfFacade(asked);
const done = (began: number, ok: boolean) => {
  sum.requests += 1;
  if (!ok) sum.failed += 1;
  if (began >= countsFrom) sum.latencies.push(performance.now() - began);
};
const users = Array.from(
  { length: plan.connections },
  () => new ThinkingUser(new URL(asked.url), THINK_MS, done),
);
/** Of the slice under way. */
let sum = nothing();
let countsFrom = 0;

const rounds: [Round[], Round[]] = [[], []];
for (let pair = 0; pair < plan.warmUps; pair += 1) await pairOf([nothing(), nothing()]);
for (let round = 0; round < plan.rounds; round += 1) {
  const sums = [nothing(), nothing()] as const;
  for (let pair = 0; pair < plan.pairs; pair += 1) await pairOf(sums);
  for (const index of [0, 1] as const) rounds[index].push(roundOf(sums[index]));
}
process.send!(rounds);
for (const user of users) user.close();

async function pairOf(sums: readonly [Sum, Sum]): Promise<void> {
  const first = Math.random() < 0.5 ? 0 : 1;
  for (const index of [first, 1 - first] as const) {
    sum = sums[index]!;
    await slice(plan.stages[index]!);
  }
}

async function slice(stage: Stage): Promise<void> {
  await admin.setStage(stage);
  const before = { cpu: cpuMsOf(asked.pid), requests: sum.requests };
  countsFrom = performance.now() + plan.leadInMs;
  for (const user of users) user.begin();
  await delay(plan.leadInMs + plan.countedMs);
  await Promise.all(users.map((user) => user.end()));
  await delay(plan.restMs);
  sum.cpuMs += cpuMsOf(asked.pid) - before.cpu;
  if (stage === 'shadow') await admin.comparedOrSkipped(sum.requests - before.requests);
}

function nothing(): Sum {
  return { requests: 0, failed: 0, cpuMs: 0, latencies: [] };
}

/** Rate and processor time with the lead-in. */
function roundOf({ latencies: each, ...counts }: Sum): Round {
  const latencies = countLatencies(each);
  const seconds = (plan.pairs * (plan.leadInMs + plan.countedMs)) / 1_000;
  const of = (share: number) => percentileOf(share, [latencies]);
  return { ...counts, seconds, p50: of(0.5), p99: of(0.99), latencies };
}
