/** Contestants under the same load in turn, round after round, so that a slow minute of the machine hits them all. */
import { type Load, type LoadPlan, load } from './load.ts';
import { cpuMsOf, type Pinned } from './pinned-process.ts';

/** One contestant in one round. */
export interface Round extends Load {
  /** Processor time of the measured process. */
  cpuMs: number;
}

/** Medians over the rounds; times in milliseconds, `cpu` in microseconds a request. */
export interface Medians {
  rate: number;
  p50: number;
  p99: number;
  cpu: number;
  failed: number;
}

/** A figure to reach: `of` by `to`, at most `most`. */
export interface Target {
  of: string;
  to: string;
  figure: 'cpu' | 'p99';
  most: number;
}

/** Rounds of each start, where nobody says otherwise. */
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** Turns of each start that are not measured: until V8 has compiled what a request needs. */
const WARM_UPS = 4;
/** How often each contestant is started. */
export const STARTS = Number(process.env.BENCH_STARTS ?? 3);
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
 * wanted, with a second of load before each. A process that waits for longer than half a minute for its next turn loses
 * its compiled code again where it runs with V8's own settings (docs/decisions/0007), and would be measured cold.
 */
export async function inRounds(
  contestants: ReadonlyMap<string, Contestant>,
  plan: LoadPlan = USUAL_LOAD,
  { warmUps = WARM_UPS, warmUpBy = plan, rounds: count = ROUNDS }: Rounds = {},
): Promise<Map<string, Medians>> {
  const rounds = new Map<string, Round[]>([...contestants.keys()].map((name) => [name, []]));
  const starts = Math.max(...[...contestants.values()].map((all) => all.length));
  for (let start = 0; start < starts; start += 1) {
    const side = startsAt(contestants, start);
    for (let turn = 0; turn < warmUps; turn += 1)
      for (const [, served] of side) await loadOf(served, warmUpBy);
    for (let round = 0; round < count; round += 1) {
      for (const [name, served] of side) {
        await loadOf(served, { ...plan, seconds: 1 });
        rounds.get(name)!.push(await measured(served, plan));
      }
    }
  }
  return new Map([...rounds].map(([name, list]) => [name, mediansOf(list)]));
}

function startsAt(contestants: ReadonlyMap<string, Contestant>, index: number): [string, Served][] {
  return [...contestants].flatMap(([name, all]) =>
    all.slice(index, index + 1).map((served) => [name, served] as [string, Served]),
  );
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

/** Prints one line each, with the ratio of its processor time to that of `base`. */
export function printTable(results: ReadonlyMap<string, Medians>, base: string): void {
  const width = Math.max(...[...results.keys()].map((name) => name.length));
  print(`${''.padEnd(width)}  requests/s    p50 ms    p99 ms   µs CPU a request   × ${base}`);
  for (const [name, { rate, p50, p99, cpu, failed }] of results) {
    const ratio = cpu / results.get(base)!.cpu;
    print(
      `${name.padEnd(width)}  ${column(rate, 10, 0)}${column(p50, 10, 2)}${column(p99, 10, 2)}` +
        `${column(cpu, 19, 1)}${column(ratio, 10, 2)}${failed > 0 ? `   ${failed} failed` : ''}`,
    );
  }
}

/** Prints each target beside what was found; a miss fails nothing, as machines differ. */
export function printTargets(results: ReadonlyMap<string, Medians>, targets: readonly Target[]): void {
  for (const { of, to, figure, most } of targets) {
    const one = results.get(of);
    const other = results.get(to);
    if (one === undefined || other === undefined) continue;
    const found = one[figure] / other[figure];
    const name = figure === 'cpu' ? 'CPU a request' : figure;
    const verdict = found <= most ? 'reached' : 'MISSED';
    print(`${verdict}: ${name} of ${of} is ${found.toFixed(2)} × ${to}, expected at most ${most.toFixed(2)}`);
  }
}

/** One line of the report. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function mediansOf(rounds: readonly Round[]): Medians {
  const of = (value: (round: Round) => number) => median(rounds.map(value));
  return {
    rate: of(({ requests, seconds }) => requests / seconds),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    cpu: of(({ cpuMs, requests }) => (cpuMs * 1_000) / requests),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function column(value: number, width: number, digits: number): string {
  return value.toFixed(digits).padStart(width);
}
