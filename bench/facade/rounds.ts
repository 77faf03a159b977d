/** Contestants under the same load in turn, round after round, so that a slow minute of the machine hits them all. */
import { setTimeout as delay } from 'node:timers/promises';
import { type LoadPlan, load } from './load.ts';
import { type Medians, mediansOf, type Round } from './medians.ts';
import { cpuMsOf, type Pinned } from './pinned-process.ts';

/** Rounds of each start, where nobody says otherwise. */
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** Turns of each start that are not measured: until V8 has compiled what a request needs. */
const WARM_UPS = 5;
/** How often each contestant is started. */
export const STARTS = Number(process.env.BENCH_STARTS ?? 3);
/** In which a process comes to rest when its load has ended. */
const REST_MS = 100;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
/** What is asked for. */
export const PATH = '/api/items/1';

/** The load that proxies are compared under. */
const USUAL_LOAD: LoadPlan = { connections: 64, seconds: SECONDS };
const LEAD_IN: LoadPlan = { ...USUAL_LOAD, seconds: 1 };

/** Starts of the same thing, taken in turn: processes of the same code differ by some percent. */
export type Contestant = readonly Pinned[];

/** One start of a contestant, at rest: its process is stopped. */
interface Start {
  name: string;
  served: Pinned;
}

/**
 * One start of each contestant after the other: some turns to warm up, until its code is compiled, then as many rounds as
 * wanted, with a second of load before each. All others stand still meanwhile, as their timers would take some of the
 * core and its caches; and a process that merely waited would lose its compiled code after half a minute, where it runs
 * with V8's own settings (docs/decisions/0007), and be measured cold. Every second turn goes backwards, so that nobody
 * always follows the same one.
 */
export async function inRounds(
  contestants: ReadonlyMap<string, Contestant>,
  count = ROUNDS,
): Promise<Map<string, Medians>> {
  const rounds = new Map<string, Round[]>([...contestants.keys()].map((name) => [name, []]));
  const all = [...contestants.values()].flat();
  try {
    for (const served of all) signal(served, 'SIGSTOP');
    for (const side of sidesOf(contestants)) {
      for (let turn = 0; turn < WARM_UPS; turn += 1) await oneByOne(side);
      for (let turn = 0; turn < count; turn += 1) {
        const order = turn % 2 === 0 ? side : side.toReversed();
        const found = await oneByOne(order, LEAD_IN);
        for (const [index, round] of found.entries()) rounds.get(order[index]!.name)!.push(round);
      }
    }
  } finally {
    for (const served of all) signal(served, 'SIGCONT');
  }
  return new Map([...rounds].map(([name, list]) => [name, mediansOf(list)]));
}

/** The first start of each, the second of each, and so on. */
function sidesOf(contestants: ReadonlyMap<string, Contestant>): Start[][] {
  const starts = Math.max(...[...contestants.values()].map(({ length }) => length));
  return Array.from({ length: starts }, (_, start) =>
    [...contestants].flatMap(([name, list]) =>
      list.slice(start, start + 1).map((served) => ({ name, served })),
    ),
  );
}

/** Measures starts that are at rest, each once and in this order, and leaves them at rest. */
async function oneByOne(side: readonly Start[], before?: LoadPlan): Promise<Round[]> {
  const rounds: Round[] = [];
  for (const { served } of side) {
    signal(served, 'SIGCONT');
    if (before !== undefined) await load(served.url + PATH, before);
    rounds.push(await measured(served));
    // What the load left under way would be past its time limits after the pause.
    await delay(REST_MS);
    signal(served, 'SIGSTOP');
  }
  return rounds;
}

function signal({ pid }: Pinned, name: 'SIGSTOP' | 'SIGCONT'): void {
  process.kill(pid, name);
}

/** Starts a contestant as often as wanted. */
export async function started(start: () => Promise<Pinned>): Promise<Contestant> {
  const all: Pinned[] = [];
  for (let index = 0; index < STARTS; index += 1) all.push(await start());
  return all;
}

async function measured({ pid, url }: Pinned): Promise<Round> {
  const before = cpuMsOf(pid);
  const found = await load(url + PATH, USUAL_LOAD);
  return { ...found, cpuMs: cpuMsOf(pid) - before };
}
