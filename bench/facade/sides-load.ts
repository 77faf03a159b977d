/** The load on sides of several processes. Arguments: a TurnsPlan and the sides, as JSON. */
import { Crowd } from './crowd.ts';
import type { Round } from './medians.ts';
import { cpuMsOf } from './pinned-process.ts';
import type { Side, TurnsPlan } from './sides.ts';

const plan = JSON.parse(process.argv[2]!) as TurnsPlan;
const sides = JSON.parse(process.argv[3]!) as Side[];

const crowds = sides.map(({ urls }) => new Crowd(urls, plan));
const slices: Round[][] = sides.map(() => []);
for (let turn = -plan.warmUps; turn < plan.turns; turn += 1) {
  for (const index of shuffled(sides.length)) {
    const round = await slice(index);
    if (turn >= 0) slices[index]!.push(round);
  }
}
process.send!(slices);
for (const crowd of crowds) crowd.close();

async function slice(index: number): Promise<Round> {
  const before = cpuOf(sides[index]!);
  const load = await crowds[index]!.ask(plan);
  return { ...load, cpuMs: cpuOf(sides[index]!) - before };
}

function cpuOf({ pids }: Side): number {
  return pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
}

/** The numbers below `count`, each order as likely as any other (Fisher and Yates). */
function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
