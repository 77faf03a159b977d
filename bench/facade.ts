/**
 * CPU time of a proxied request: the facade with its defaults against bare Express + http-proxy-middleware,
 * the same upstream and load, in alternating rounds of one run. The proxy has one core, load and upstream the
 * other. Environment: BENCH_ROUNDS (5), BENCH_REQUESTS (12000) of each round.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cpuMsOf, type Pinned, startPinned } from './facade/pinned-process.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 12_000);
const CONNECTIONS = 64;
/** The figure to reach: the facade's CPU time by that of the bare proxy. */
const LIMIT = 1.25;

interface Round {
  requests: number;
  failed: number;
  seconds: number;
  cpuMs: number;
}

/** Prints medians of CPU time per request and their ratios to the bare proxy. */
export async function run(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-facade-'));
  const upstream = await startPinned(1, 'bench/facade/upstream.ts');
  const started: Pinned[] = [upstream];
  try {
    const contestants = new Map<string, Pinned>();
    contestants.set('bare', await startPinned(0, 'bench/facade/bare.ts', [upstream.url]));
    for (const stage of ['legacy', 'live']) {
      const file = path.join(directory, `${stage}.yaml`);
      await writeFile(file, configFor(stage, upstream.url));
      contestants.set(`facade (${stage})`, await startPinned(0, 'bench/facade/kit.ts', [file]));
    }
    started.push(...contestants.values());
    report(await rounds(contestants));
  } finally {
    for (const one of started.reverse()) await one.stop();
    await rm(directory, { recursive: true });
  }
}

async function rounds(contestants: ReadonlyMap<string, Pinned>): Promise<Map<string, Round[]>> {
  const results = new Map<string, Round[]>();
  for (const { url } of contestants.values()) await load(url);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, { url, pid }] of contestants) {
      const before = cpuMsOf(pid);
      const { requests, failed, seconds } = await load(url);
      const measured = { requests, failed, seconds, cpuMs: cpuMsOf(pid) - before };
      results.set(name, [...(results.get(name) ?? []), measured]);
    }
  }
  return results;
}

async function load(url: string): Promise<Omit<Round, 'cpuMs'>> {
  const loader = await startPinned(1, 'bench/facade/load.ts', [url, String(CONNECTIONS), String(REQUESTS)]);
  return loader.result;
}

function report(results: ReadonlyMap<string, Round[]>): void {
  const bare = median(results.get('bare')!.map(perRequest));
  process.stdout.write(
    `${ROUNDS} rounds of ${REQUESTS} requests, ${CONNECTIONS} connections, 1 KiB answers\n`,
  );
  for (const [name, list] of results) {
    const each = list.map(perRequest);
    const rates = list.map(({ requests, seconds }) => requests / seconds);
    const failed = list.reduce((sum, round) => sum + round.failed, 0);
    const ratio = median(each) / bare;
    process.stdout.write(
      `${name.padEnd(16)} ${median(each).toFixed(1).padStart(7)} µs CPU a request (${each.map((one) => one.toFixed(0)).join(', ')})` +
        `  ${ratio.toFixed(2)} × bare  ${median(rates).toFixed(0)} requests/s  ${failed} failed\n`,
    );
    if (name !== 'bare' && ratio > LIMIT)
      process.stdout.write(`  found ${ratio.toFixed(2)}, expected at most ${LIMIT}\n`);
  }
}

function perRequest({ requests, cpuMs }: Round): number {
  return (cpuMs * 1_000) / requests;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function configFor(stage: string, upstream: string): string {
  return `facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0" }
upstreams:
  legacy: { url: "${upstream}" }
  service: { url: "${upstream}" }
legacy: legacy
routes:
  - { id: item, match: { path: /api/items/:id }, service: service, stage: ${stage} }
`;
}
