/**
 * What shared toggles cost: four facades whose toggles and evidence are in a private Redis, against four that keep them in
 * memory, and four more of those: what the two sides in memory differ by is what the machine adds. In a closed loop, where
 * the core of the facades is full, and at a fixed rate that leaves it air. Redis runs where the load is.
 * Environment: BENCH_RATE (2000), BENCH_STARTS (6), BENCH_ROUNDS (3: tens of turns in each load).
 */
import path from 'node:path';
import { startServices } from '../scripts/services/start.ts';
import { mediansOf, type Round } from './facade/medians.ts';
import { CORES, type Pinned } from './facade/pinned-process.ts';
import { pairedRatio } from './facade/ratio.ts';
import { print, printTable, printTargets, type Target } from './facade/report.ts';
import { ROUNDS } from './facade/rounds.ts';
import { measureSides } from './facade/sides.ts';
import { configFor, onStage, type Stage } from './facade/stage.ts';

const FACADES = 4;
const MEMORY = 'toggles in memory';
const AGAIN = 'memory again';
const REDIS = 'toggles in Redis';
const SIDES = [MEMORY, AGAIN, REDIS];
const STARTS = Number(process.env.BENCH_STARTS ?? 6);
/** At this one the core that the facades share is about half busy: each process wakes up for few requests at a time. */
const RATE = Number(process.env.BENCH_RATE ?? 2_000);
const SLICES = { connections: 64, leadInMs: 100, countedMs: 500, turns: 10 * ROUNDS };
/** Each process gets a quarter of the load: it takes four times as long until its code is compiled. */
const CLOSED_LOOP = { ...SLICES, warmUps: 20 };
const AT_RATE = { ...SLICES, rate: RATE, warmUps: 2 };

/** Prints both tables; all of a start's processes are there at once. */
export function run(): Promise<void> {
  return onStage(async (stage) => {
    const configs = await configsOf(stage);
    const [closedLoop, atRate] = [SIDES.map((): Round[] => []), SIDES.map((): Round[] => [])];
    for (let start = 0; start < STARTS; start += 1) {
      const sides: Pinned[][] = [];
      for (const [name, config] of configs) sides.push(await startSide(stage, name, config));
      add(closedLoop, await measureSides(sides, CLOSED_LOOP));
      add(atRate, await measureSides(sides, AT_RATE));
      for (const facade of sides.flat()) await facade.stop();
    }
    print(`${FACADES} processes a side share core ${CORES.measured}; ${STARTS} starts.`);
    show('\nClosed loop of 64 connections', closedLoop);
    show(`\n${RATE} requests a second`, atRate);
  });
}

/** By side, in their order. */
async function configsOf({ directory, upstream, keep }: Stage): Promise<Map<string, string>> {
  const services = keep(
    await startServices({
      need: ['redis'],
      dataDir: path.join(directory, 'services'),
      env: process.env,
      log: () => {},
    }),
  );
  const store = `store: { kind: redis, url: "${services.redis.url}", prefix: bench-${process.pid} }\n`;
  const over = (rest: string) => configFor('live', upstream.url, { facade: ', forwarder: undici', rest });
  return new Map(SIDES.map((side) => [side, over(side === REDIS ? store : '')]));
}

async function startSide({ facade }: Stage, name: string, config: string): Promise<Pinned[]> {
  const side: Pinned[] = [];
  for (let index = 0; index < FACADES; index += 1) side.push(await facade(name, config));
  return side;
}

function add(to: Round[][], found: readonly Round[][]): void {
  for (const [index, rounds] of found.entries()) to[index]!.push(...rounds);
}

function show(title: string, rounds: readonly Round[][]): void {
  print(title);
  const results = new Map(SIDES.map((side, index) => [side, mediansOf(rounds[index]!)]));
  printTable(results, MEMORY);
  const targets = [REDIS, AGAIN].flatMap((of): Target[] => [
    { of, to: MEMORY, figure: 'cpu', most: 1.03 },
    { of, to: MEMORY, figure: 'p99', most: 1.05 },
  ]);
  printTargets(results, targets, pairedRatio);
}
