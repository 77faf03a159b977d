/** Contestants under the same load in turn, round after round, so that a slow minute of the machine hits them all. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Load, type LoadPlan, load } from './load.ts';
import { cpuMsOf, type Pinned } from './pinned-process.ts';

/** One contestant in one round. */
export interface Round extends Load {
  /** Processor time of the measured process. */
  cpuMs: number;
}

/** What a round, or the medians of several, came to; times in milliseconds, `cpu` in microseconds a request. */
export interface Figures {
  rate: number;
  p50: number;
  p99: number;
  cpu: number;
}

/** Medians over the rounds, and the rounds they were taken of, in order. */
export interface Medians extends Figures {
  failed: number;
  rounds: readonly Figures[];
}

/** Rounds of each start, where nobody says otherwise. */
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** Turns of each start that are not measured: until V8 has compiled what a request needs. */
const WARM_UPS = 5;
/** How often each contestant is started. */
export const STARTS = Number(process.env.BENCH_STARTS ?? 3);
/** In which a process comes to rest when its load has ended. */
const REST_MS = 100;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
const PATH = '/api/items/1';

/** The load that proxies are compared under. */
export const USUAL_LOAD: LoadPlan = { connections: 64, seconds: SECONDS };

/** What is under load at once: processes that serve side by side, mostly one. */
export type Served = readonly Pinned[];
/** Starts of the same thing, taken in turn: processes of the same code differ by some percent. */
export type Contestant = readonly Served[];

/** How often, and by which load, a start is warmed up before it is measured, and in how many rounds it is. */
export interface Rounds {
  warmUps?: number;
  /** That of the measurement where nothing is said. */
  warmUpBy?: LoadPlan;
  rounds?: number;
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
  plan: LoadPlan = USUAL_LOAD,
  { warmUps = WARM_UPS, warmUpBy = plan, rounds: count = ROUNDS }: Rounds = {},
): Promise<Map<string, Medians>> {
  const rounds = new Map<string, Round[]>([...contestants.keys()].map((name) => [name, []]));
  const all = [...contestants.values()].flat();
  const starts = Math.max(...[...contestants.values()].map(({ length }) => length));
  try {
    for (const served of all) signal(served, 'SIGSTOP');
    for (let start = 0; start < starts; start += 1) {
      const side = [...contestants].flatMap(([name, list]) =>
        list.slice(start, start + 1).map((served) => ({ name, served })),
      );
      for (let turn = -warmUps; turn < count; turn += 1) {
        for (const { name, served } of turn % 2 === 0 ? side : side.toReversed()) {
          const round = await turnOf(served, plan, turn < 0 ? warmUpBy : undefined);
          if (turn >= 0) rounds.get(name)!.push(round);
        }
      }
    }
  } finally {
    for (const served of all) signal(served, 'SIGCONT');
  }
  return new Map([...rounds].map(([name, list]) => [name, mediansOf(list)]));
}

async function turnOf(served: Served, plan: LoadPlan, warmUpBy: LoadPlan | undefined): Promise<Round> {
  signal(served, 'SIGCONT');
  if (warmUpBy === undefined) await loadOf(served, { ...plan, seconds: 1 });
  const round = await measured(served, warmUpBy ?? plan);
  // What the load left under way would be past its time limits after the pause.
  await delay(REST_MS);
  signal(served, 'SIGSTOP');
  return round;
}

function signal(served: Served, name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const { pid } of served) process.kill(pid, name);
}

/** Starts a contestant of single processes as often as wanted. */
export async function started(start: () => Promise<Pinned>): Promise<Contestant> {
  const all: Served[] = [];
  for (let index = 0; index < STARTS; index += 1) all.push([await start()]);
  return all;
}

async function measured(served: Served, plan: LoadPlan): Promise<Round> {
  const before = cpuOf(served);
  const load = await loadOf(served, plan);
  return { ...load, cpuMs: cpuOf(served) - before };
}

function cpuOf(served: Served): number {
  return served.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0);
}

/** The load is shared out evenly; of several latencies the worst counts. */
async function loadOf(served: Served, plan: LoadPlan): Promise<Load> {
  const share = { ...plan, connections: plan.connections / served.length };
  const loads = await Promise.all(served.map(({ url }) => load(url + PATH, share)));
  const sum = (of: (one: Load) => number) => loads.reduce((total, one) => total + of(one), 0);
  const most = (of: (one: Load) => number) => Math.max(...loads.map(of));
  return {
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    seconds: most(({ seconds }) => seconds),
    p50: most(({ p50 }) => p50),
    p99: most(({ p99 }) => p99),
  };
}

/** What one contestant is by another, and between what that lies 19 times in 20, as far as rounds can tell. */
export interface Ratio {
  median: number;
  low: number;
  high: number;
}

/**
 * The median over the ratios of rounds that ran side by side: a machine that is twice as slow for a minute changes both
 * rounds of a pair, but only one of two medians. Of several that are the same thing, each gives its pairs. The bounds
 * are those of a median by ranks, whatever the distribution (Conover, Practical Nonparametric Statistics, 3.2); what
 * starts of one thing differ by is not in them.
 */
export function ratioOf(figure: keyof Figures, of: Medians, ...same: readonly Medians[]): Ratio {
  const pairs = Math.min(...[of, ...same].map(({ rounds }) => rounds.length));
  const ratiosTo = (to: Medians) =>
    of.rounds.slice(0, pairs).map((round, index) => round[figure] / to.rounds[index]![figure]);
  const sorted = same.flatMap(ratiosTo).sort((a, b) => a - b);
  const beside = 0.98 / Math.sqrt(pairs);
  const low = sorted[Math.max(0, Math.round((0.5 - beside) * sorted.length) - 1)]!;
  const high = sorted[Math.min(sorted.length - 1, Math.round((0.5 + beside) * sorted.length))]!;
  return { median: median(sorted), low, high };
}

function mediansOf(rounds: readonly Round[]): Medians {
  const figures = rounds.map(figuresOf);
  const of = (figure: keyof Figures) => median(figures.map((one) => one[figure]));
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  return { rate: of('rate'), p50: of('p50'), p99: of('p99'), cpu: of('cpu'), failed, rounds: figures };
}

function figuresOf({ requests, seconds, p50, p99, cpuMs }: Round): Figures {
  return { rate: requests / seconds, p50, p99, cpu: (cpuMs * 1_000) / requests };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
