/**
 * Asks a URL over kept-alive connections for some time: with wrk as fast as the answers come, with h2load at a
 * rate, and with autocannon where these are not installed.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram } from '../../scripts/services/programs.ts';
import { CORES, runOnCore, startPinned } from './pinned-process.ts';

/** How the load is made. */
export interface LoadPlan {
  connections: number;
  seconds: number;
  /** Requests a second in all; undefined: as fast as the answers come. */
  rate?: number;
}

/** What came of it; latencies in milliseconds. */
export interface Load {
  requests: number;
  failed: number;
  seconds: number;
  p50: number;
  p99: number;
}

const WRK = findProgram(['wrk'], process.env.PATH ?? '');
const H2LOAD = findProgram(['h2load'], process.env.PATH ?? '');

/** The generator that a plan is run with. */
export function generatorFor({ rate }: Pick<LoadPlan, 'rate'>): 'wrk' | 'h2load' | 'autocannon' {
  if (rate !== undefined) return H2LOAD === undefined ? 'autocannon' : 'h2load';
  return WRK === undefined ? 'autocannon' : 'wrk';
}

/** Makes the load on the core of all that is not measured. */
export async function load(url: string, plan: LoadPlan): Promise<Load> {
  switch (generatorFor(plan)) {
    case 'wrk':
      return loadByWrk(url, plan);
    case 'h2load':
      return loadByH2load(url, plan);
    case 'autocannon': {
      const args = [url, JSON.stringify(plan)];
      const { message } = await startPinned(CORES.other, 'bench/facade/autocannon.ts', args);
      return message as Load;
    }
  }
}

async function loadByWrk(url: string, { connections, seconds }: LoadPlan): Promise<Load> {
  const options = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency'];
  return readWrk(await runOnCore(CORES.other, [WRK!, ...options, url]));
}

async function loadByH2load(url: string, { connections, seconds, rate }: LoadPlan): Promise<Load> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-load-'));
  const log = path.join(directory, 'requests.tsv');
  const options = ['--h1', `--clients=${connections}`, `--rps=${rate! / connections}`];
  await runOnCore(CORES.other, [H2LOAD!, ...options, `--duration=${seconds}`, `--log-file=${log}`, url]);
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  await rm(directory, { recursive: true });
  return readRequests(lines, seconds);
}

/** Reads what h2load noted of each request: when it began, its status, and how many microseconds it took. */
function readRequests(lines: readonly string[], seconds: number): Load {
  const rows = lines.map((line) => line.split('\t').map(Number));
  const good = rows.filter(([, status = 0]) => status >= 200 && status < 300);
  const times = good.map(([, , took]) => took! / 1_000).sort((a, b) => a - b);
  const quantile = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const requests = good.length;
  return { requests, failed: rows.length - requests, seconds, p50: quantile(0.5), p99: quantile(0.99) };
}

/** Reads wrk's report. */
export function readWrk(text: string): Load {
  const find = (pattern: RegExp) => pattern.exec(text)?.slice(1) ?? [];
  const [requests, seconds] = find(/(\d+) requests in ([\d.]+\w+),/);
  const errors = find(/Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/).map(Number);
  const [other = '0'] = find(/Non-2xx or 3xx responses: (\d+)/);
  return {
    requests: Number(requests) - Number(other),
    failed: errors.reduce((sum, count) => sum + count, Number(other)),
    seconds: milliseconds(seconds!) / 1_000,
    p50: milliseconds(find(/50%\s+([\d.]+\w+)/)[0]!),
    p99: milliseconds(find(/99%\s+([\d.]+\w+)/)[0]!),
  };
}

function milliseconds(text: string): number {
  const [, amount, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text)!;
  return Number(amount) * { us: 0.001, ms: 1, s: 1_000, m: 60_000 }[unit as 'us']!;
}
