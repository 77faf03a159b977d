/**
 * A proxied request: our facade with each of its forwarders against what people put in its place, the same
 * upstream and load, in alternating rounds of one run. The proxy has one core, load and upstream the other.
 * Environment: BENCH_STARTS (3) of each, BENCH_ROUNDS (3) of each start, BENCH_SECONDS (2), BENCH_ONLY (names, by commas).
 */
import path from 'node:path';
import { GENERATOR } from './facade/load.ts';
import { OTHER_PROXIES } from './facade/other-proxies.ts';
import { CORES, type Pinned, startPinned } from './facade/pinned-process.ts';
import { print, printTable, printTargets, type Target } from './facade/report.ts';
import { type Contestant, inRounds, STARTS } from './facade/rounds.ts';
import { configFor, onStage, type Stage } from './facade/stage.ts';

const BARE = 'bare';
const TARGETS: Target[] = [
  ...['legacy', 'live'].map((stage) => ({ ...cpu(`facade (${stage})`, BARE), most: 1.1 })),
  ...['legacy', 'live'].flatMap((stage) =>
    ['Fastify', 'Caddy'].map((other) => ({ ...cpu(`facade, undici (${stage})`, other), most: 0.8 })),
  ),
];

/** Prints medians of rate, latency and processor time, and the ratios to the bare proxy. */
export function run(): Promise<void> {
  return onStage(async (stage) => {
    const results = await inRounds(await contestants(stage));
    printTable(results, results.has(BARE) ? BARE : [...results.keys()][0]!);
    print(
      `Closed loop of 64 connections by ${GENERATOR}, answers of 1 KiB; one core for the proxy, one for load and upstream.\n` +
        'bare: Express and http-proxy-middleware. Fastify: @fastify/http-proxy, its own pool of 128 connections.\n' +
        'The facade writes its access log (to /dev/null), metrics on; the others as they come, without one; nginx with\n' +
        'kept upstream connections. Requests/s of the fast ones are what load and upstream could do on their core.',
    );
    printTargets(results, TARGETS);
  });
}

async function contestants({ directory, upstream, facade, keep }: Stage): Promise<Map<string, Contestant>> {
  const ways = new Map<string, (index: number) => Promise<Pinned | undefined>>();
  const script = (name: string) => startPinned(CORES.measured, `bench/facade/${name}.ts`, [upstream.url]);
  ways.set(BARE, () => script('bare'));
  ways.set('Fastify', () => script('fastify'));
  for (const [label, option] of [
    ['facade', ''],
    ['facade, undici', ', forwarder: undici'],
  ] as const) {
    for (const stage of ['legacy', 'live']) {
      const name = `${label} (${stage})`;
      ways.set(name, (index) =>
        facade(`${name} ${index}`, configFor(stage, upstream.url, { facade: option })),
      );
    }
  }
  for (const [name, start] of Object.entries(OTHER_PROXIES))
    ways.set(name, (index) => start(upstream.url, path.join(directory, `${name}-${index}`)));

  const only = process.env.BENCH_ONLY?.split(',');
  const started = new Map<string, Contestant>();
  for (const [name, start] of ways) {
    if (only?.every((one) => !name.startsWith(one))) continue;
    const starts: Pinned[] = [];
    for (let index = 0; index < STARTS; index += 1) {
      const one = await start(index);
      if (one !== undefined) starts.push(keep(one));
    }
    if (starts.length === 0) print(`SKIPPED ${name}: its program is not installed.`);
    else started.set(name, starts);
  }
  return started;
}

function cpu(of: string, to: string): Omit<Target, 'most'> {
  return { of, to, figure: 'cpu' };
}
