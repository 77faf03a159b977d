/** A process of the demo: started, its log kept in a file, waited for, killed, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Watchdog } from '../services/watchdog.ts';
import { ROOT } from './run-to-end.ts';
import { untilHolds } from './until.ts';

/** How to start it. */
export interface ProcessPlan {
  name: string;
  /** Arguments of `node`, the script among them. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Answers 200 when the process may be given work. */
  healthUrl: string;
  watchdog: Watchdog;
}

/** A running process. */
export interface ManagedProcess {
  name: string;
  pid: number;
  /** Sends a signal (SIGTERM unless told) and waits for the end; kills after `grace` ms. */
  stop(signal?: NodeJS.Signals, grace?: number): Promise<void>;
  /** Why it is gone although nobody stopped it; undefined while all is well. */
  failed(): string | undefined;
}

/** Starts a process and waits until it is healthy. Raises an Error with the end of its log when it is not. */
export async function startManaged(plan: ProcessPlan, timeout = 30_000): Promise<ManagedProcess> {
  const log = openSync(plan.logFile, 'a');
  // A session of its own: Ctrl-C reaches the demo alone, which stops things in their order.
  const child = spawn(process.execPath, plan.args, {
    cwd: ROOT,
    env: plan.env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  if (child.pid !== undefined) plan.watchdog.guard(child.pid);
  await untilHealthy(child, plan, timeout);
  let stopping = false;
  return {
    name: plan.name,
    pid: child.pid!,
    async stop(signal = 'SIGTERM', grace = 12_000) {
      stopping = true;
      await end(child, signal, grace);
      plan.watchdog.release(child.pid!);
    },
    failed: () =>
      hasEnded(child) && !stopping
        ? `${plan.name} ended with ${endOf(child)}; see ${plan.logFile}`
        : undefined,
  };
}

async function untilHealthy(child: ChildProcess, plan: ProcessPlan, timeout: number): Promise<void> {
  const { name, healthUrl, logFile } = plan;
  const healthy = async () => {
    if (hasEnded(child)) throw new Error(`${name} ended with ${endOf(child)} before it was up`);
    const answer = await fetch(healthUrl, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status === 200;
  };
  try {
    await untilHolds(healthy, { what: `${name} to be healthy at ${healthUrl}`, timeout });
  } catch (error) {
    await end(child, 'SIGKILL', 0);
    const tail = readFileSync(logFile, 'utf8').slice(-3_000);
    throw new Error(`${(error as Error).message}; its log (${logFile}) ends with:\n${tail}`);
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals, grace: number): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), grace);
  await ended;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function endOf(child: ChildProcess): string {
  return String(child.exitCode ?? child.signalCode);
}
