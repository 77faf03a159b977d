/** Asks a URL over kept-alive connections for some time, with wrk where it is installed, else with autocannon. */
import { findProgram } from '../../scripts/services/programs.ts';
import { CORES, runOnCore, startPinned } from './pinned-process.ts';

/** How the load is made. */
export interface LoadPlan {
  connections: number;
  seconds: number;
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

/** The generator that loads are made with. */
export const GENERATOR = WRK === undefined ? 'autocannon' : 'wrk';

/** Makes the load on the core of all that is not measured. */
export async function load(url: string, plan: LoadPlan): Promise<Load> {
  if (GENERATOR === 'autocannon') {
    const args = [url, JSON.stringify(plan)];
    const { message } = await startPinned(CORES.other, 'bench/facade/autocannon.ts', args);
    return message as Load;
  }
  const { connections, seconds } = plan;
  const options = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency', url];
  return readWrk(await runOnCore(CORES.other, [WRK!, ...options]));
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
