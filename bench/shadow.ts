/**
 * What a client feels of a shadow at 100 %, whatever its candidate does: latencies beside the same route without
 * one, at a fixed rate that leaves the facade air, and in a closed loop, where the core is full without comparisons. A
 * machine that stalls for some milliseconds twice a second delays one request in a hundred, so that the p99 lies where
 * latencies grow steepest: hence slices of less than a second, percentiles over all of them, four minutes of each
 * contestant (an hour in all; 45 minutes with BENCH_ROUNDS=2), and the facade without a shadow twice: each candidate is held
 * against both, and what they differ by is what the machine adds. Processes of the same code differ by 5 to 8 % in
 * processor time from start to start, and in a closed loop their latencies do too: hence nine starts of each. Fails when
 * requests were neither compared nor counted as skipped.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { EvidenceView } from '../facade/admin/views.ts';
import { CORES, type Pinned, startPinned } from './facade/pinned-process.ts';
import { print, printTable, printTargets, type Target } from './facade/report.ts';
import { inRounds, ROUNDS, type Rounds, USUAL_LOAD } from './facade/rounds.ts';
import { inSlices, type SlicesPlan } from './facade/slices.ts';
import { configFor, onStage, type Stage } from './facade/stage.ts';

const ALONE = 'without a shadow';
const ALONE_AGAIN = 'without, once more';
const REFUSING = 'http://127.0.0.1:9';
/** A shadow adds most to a request over undici; over http-proxy-middleware, the default of facades, it finds the least air. */
const FORWARDER = process.env.BENCH_FORWARDER ?? 'undici';
const STARTS = Number(process.env.BENCH_STARTS ?? 9);
const RATE = Number(process.env.BENCH_RATE ?? 1_000);
const SLICES: SlicesPlan = { connections: 64, slices: 16, leadInMs: 100, countedMs: 600, restMs: 100 };
/** How long comparisons under way may take to be counted. */
const SETTLE_MS = 15_000;

/** Prints both tables and checks the counters of each facade. */
export function run(): Promise<void> {
  return onStage(async (stage) => {
    const facades = await startFacades(stage);
    const p99 = { to: ALONE, figure: 'p99' as const, most: 1.1 };
    const targets: Target[] = [...facades.keys()]
      .slice(1)
      .map((of) => (hasShadow(of) ? { ...p99, of, twin: ALONE_AGAIN } : { ...p99, of }));
    const contestants = new Map([...facades].map(([name, all]) => [name, all.map((one) => [one])]));
    const show = async (title: string, plan: SlicesPlan, rounds: Rounds) => {
      print(title);
      const results = await inRounds(contestants, USUAL_LOAD, { ...rounds, measure: inSlices(plan) });
      printTable(results, ALONE);
      printTargets(results, targets);
    };
    await show(`${RATE} requests a second`, { ...SLICES, rate: RATE }, { warmUps: 3, rounds: ROUNDS });
    await show('\nClosed loop of 64 connections', { ...SLICES, slices: 8 }, { warmUps: 0, rounds: 1 });
    for (const [name, all] of facades)
      if (hasShadow(name)) for (const one of all) await countersAddUp(name, one);
  });
}

function hasShadow(name: string): boolean {
  return name !== ALONE && name !== ALONE_AGAIN;
}

/** Several of each, as processes of the same code differ. */
async function startFacades({ facade, upstream, keep }: Stage): Promise<Map<string, Pinned[]>> {
  const started = new Map<string, Pinned[]>();
  const options = { facade: `, forwarder: ${FORWARDER}` };
  const start = async (name: string, config: string) => {
    const all: Pinned[] = [];
    for (let index = 0; index < STARTS; index += 1) all.push(await facade(`${name} ${index}`, config));
    started.set(name, all);
  };
  for (const name of [ALONE, ALONE_AGAIN]) await start(name, configFor('legacy', upstream.url, options));
  const candidates = new Map([
    ['answers', upstream.url],
    ['refuses', REFUSING],
  ]);
  for (const way of ['hangs', 'trickles', 'floods']) {
    const bad = keep(await startPinned(CORES.other, 'bench/facade/bad-candidate.ts', [way]));
    candidates.set(way, bad.url);
  }
  for (const [way, service] of candidates) {
    await start(`candidate ${way}`, configFor('shadow', upstream.url, { ...options, service }));
  }
  return started;
}

/** Every request that legacy answered was compared, or skipped with a reason. */
async function countersAddUp(name: string, { message }: Pinned): Promise<void> {
  const { admin } = message as { admin: string };
  const latest = Date.now() + SETTLE_MS;
  for (;;) {
    const answer = await fetch(`${admin}/api/routes/item/evidence`);
    const { summary } = (await answer.json()) as EvidenceView;
    const total = (counts: object) => Object.values(counts).reduce((sum, count) => sum + count, 0);
    const counted = total(summary.outcomes) + total(summary.skipped);
    const { answered, failed } = summary.legacy;
    if (counted === answered && answered > 0) {
      print(
        `${name}: ${answered} answered = ${total(summary.outcomes)} compared + ${total(summary.skipped)} skipped`,
      );
      return;
    }
    if (Date.now() > latest)
      throw new Error(
        `${name}: found ${counted} compared or skipped, expected ${answered} as answered, ${failed} of them failed`,
      );
    await delay(200);
  }
}
