/**
 * What a client feels of a shadow at 100 %, whatever its candidate does: latencies of a facade whose route goes back and
 * forth between the stages legacy and shadow, at a fixed rate that leaves it air, and in a closed loop, where its core is
 * full without comparisons. A machine that stalls for some milliseconds twice a second delays one request in a hundred,
 * so that the p99 lies where latencies grow steepest: hence slices of less than a second, percentiles over all of them,
 * and a facade whose route goes from legacy to legacy: what its halves differ by is what the machine adds. Fails when
 * requests were neither compared nor counted as skipped.
 */
import { mediansOf, type Round } from './facade/medians.ts';
import { CORES, type Pinned, startPinned } from './facade/pinned-process.ts';
import { print, printTable, printTargets } from './facade/report.ts';
import { ROUNDS } from './facade/rounds.ts';
import { configFor, onStage, type Stage } from './facade/stage.ts';
import { measureStages, type SlicesPlan } from './facade/two-stages.ts';

const REFUSING = 'http://127.0.0.1:9';
const NOTHING = 'legacy again';
const WAYS = ['answers', 'refuses', 'hangs', 'trickles', 'floods'];
const WITHOUT = ', without';
const FORWARDER = process.env.BENCH_FORWARDER ?? 'undici';
const STARTS = Number(process.env.BENCH_STARTS ?? 5);
const RATE = Number(process.env.BENCH_RATE ?? 1_000);
const CONTESTANTS = process.env.BENCH_CANDIDATES?.split(',') ?? [NOTHING, ...WAYS];
const SLICES = { connections: 64, leadInMs: 100, countedMs: 900, restMs: 300 };
const AT_RATE = { ...SLICES, rate: RATE, warmUps: 6, rounds: ROUNDS, pairs: 8 };
const CLOSED_LOOP = { ...SLICES, warmUps: 0, rounds: 1, pairs: 6 };

/** Rounds by contestant. */
type Results = Map<string, Round[]>;

/** Prints both tables; each start of a facade is measured by itself. */
export function run(): Promise<void> {
  return onStage(async (stage) => {
    const services = await startCandidates(stage);
    const [atRate, closedLoop]: [Results, Results] = [new Map(), new Map()];
    for (let start = 0; start < STARTS; start += 1) {
      for (const name of CONTESTANTS) {
        const service = services.get(name) ?? stage.upstream.url;
        const options = { facade: `, forwarder: ${FORWARDER}`, service };
        const facade = await stage.facade(
          `${name} ${start}`,
          configFor('legacy', stage.upstream.url, options),
        );
        await measure(atRate, name, facade, AT_RATE);
        await measure(closedLoop, name, facade, CLOSED_LOOP);
        await facade.stop();
      }
    }
    show(`${RATE} requests a second over ${FORWARDER}, ${STARTS} starts of each facade`, atRate);
    show('\nClosed loop of 64 connections', closedLoop);
    print('\nAll that was sent in the stage shadow was compared or skipped, in each slice.');
  });
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
  print(title);
  const medians = new Map([...results].map(([name, rounds]) => [name, mediansOf(rounds)]));
  const baseOf = (name: string) => (name.endsWith(WITHOUT) ? name : name + WITHOUT);
  printTable(medians, 'without', baseOf);
  printTargets(
    medians,
    CONTESTANTS.map((of) => ({ of, to: of + WITHOUT, figure: 'p99', most: 1.1 })),
  );
}
