/**
 * What a client feels of a shadow at 100 %, whatever its candidate does: the p99 of a facade whose route goes back and
 * forth between the stages legacy and shadow, at a fixed rate that leaves it air, and in a closed loop, where its core is
 * full without comparisons. The p99 of two seconds is a third more or less than that of the next two without any cause in
 * the facade: hence dozens of pairs of them, the estimate from all of their ratios, and a facade whose route goes from
 * legacy to legacy: what its halves differ by is what the machine adds. Fails when requests were neither compared nor
 * counted as skipped.
 * Environment: BENCH_FORWARDER (undici), BENCH_RATE (3000), BENCH_STARTS (3), BENCH_ROUNDS (3: tens of pairs at the rate,
 * sixes in the closed loop), BENCH_CANDIDATES and BENCH_LOADS (names, by commas).
 */
import { mediansOf, type Round } from './facade/medians.ts';
import { CORES, type Pinned, startPinned } from './facade/pinned-process.ts';
import { pairedRatio } from './facade/ratio.ts';
import { print, printTable, printTargets } from './facade/report.ts';
import { ROUNDS, STARTS } from './facade/rounds.ts';
import { configFor, onStage, type Stage } from './facade/stage.ts';
import { measureStages, type SlicesPlan } from './facade/two-stages.ts';

const REFUSING = 'http://127.0.0.1:9';
const NOTHING = 'legacy again';
const WAYS = ['answers', 'refuses', 'hangs', 'trickles', 'floods'];
const WITHOUT = ', without';
const FORWARDER = process.env.BENCH_FORWARDER ?? 'undici';
/** At this one the core of a facade is about half busy. */
const RATE = Number(process.env.BENCH_RATE ?? 3_000);
const CONTESTANTS = chosen('BENCH_CANDIDATES', [NOTHING, ...WAYS]);
const LOADS = chosen('BENCH_LOADS', ['rate', 'closed loop']);
const SLICES = { connections: 64, leadInMs: 100, restMs: 300 };
const AT_RATE = { ...SLICES, rate: RATE, countedMs: 1_900, warmUps: 4, pairs: 10 * ROUNDS };
const CLOSED_LOOP = { ...SLICES, countedMs: 900, warmUps: 4, pairs: 6 * ROUNDS };

/** Slices by contestant. */
type Results = Map<string, Round[]>;

/** Prints both tables; each start of a facade is measured by itself. */
export function run(): Promise<void> {
  return onStage(async (stage) => {
    const services = await startCandidates(stage);
    const [atRate, closedLoop]: [Results, Results] = [new Map(), new Map()];
    for (let start = 0; start < STARTS; start += 1) {
      for (const name of CONTESTANTS) {
        const service = services.get(name) ?? stage.upstream.url;
        const config = configFor('legacy', stage.upstream.url, {
          facade: `, forwarder: ${FORWARDER}`,
          service,
        });
        const facade = await stage.facade(`${name} ${start}`, config);
        if (LOADS.includes('rate')) await measure(atRate, name, facade, AT_RATE);
        if (LOADS.includes('closed loop')) await measure(closedLoop, name, facade, CLOSED_LOOP);
        await facade.stop();
      }
    }
    show(`${RATE} requests a second over ${FORWARDER}, ${STARTS} starts of each facade`, atRate);
    show('\nClosed loop of 64 connections', closedLoop);
    print('\nAll that was sent in the stage shadow was compared or skipped, in each slice.');
  });
}

/** Those of `all` that a variable of the environment names, all without it. */
function chosen(variable: string, all: string[]): string[] {
  const names = process.env[variable]?.split(',') ?? all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Error(`found ${variable} ${unknown.join(', ')}, expected some of: ${all.join(', ')}`);
  return names;
}

async function startCandidates({ keep }: Stage): Promise<Map<string, string>> {
  const services = new Map([['refuses', REFUSING]]);
  for (const way of ['hangs', 'trickles', 'floods'])
    services.set(way, keep(await startPinned(CORES.other, 'bench/facade/bad-candidate.ts', [way])).url);
  return services;
}

async function measure(
  results: Results,
  name: string,
  facade: Pinned,
  plan: Omit<SlicesPlan, 'stages'>,
): Promise<void> {
  const stages = ['legacy', name === NOTHING ? 'legacy' : 'shadow'] as const;
  const both = await measureStages(facade, { ...plan, stages });
  for (const [index, key] of [name + WITHOUT, name].entries())
    results.set(key, [...(results.get(key) ?? []), ...both[index]!]);
}

function show(title: string, results: Results): void {
  if (results.size === 0) return;
  print(title);
  const medians = new Map([...results].map(([name, rounds]) => [name, mediansOf(rounds)]));
  const baseOf = (name: string) => (name.endsWith(WITHOUT) ? name : name + WITHOUT);
  printTable(medians, 'without', baseOf);
  printTargets(
    medians,
    CONTESTANTS.map((of) => ({ of, to: of + WITHOUT, figure: 'p99', most: 1.1 })),
    pairedRatio,
  );
}
