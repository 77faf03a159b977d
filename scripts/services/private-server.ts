import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { firstAnswer } from './answers.ts';
import { serviceErrors } from './errors.ts';
import { freePort } from './free-port.ts';
import type { Watchdog } from './watchdog.ts';

/** How to run one private server. */
export interface PrivateServerPlan {
  program: string;
  /** Arguments for a port; the server must bind 127.0.0.1 only. */
  args: (port: number) => string[];
  /** Configuration read by the server from standard input, so that no secret stands in the process list. */
  stdin?: (port: number) => string;
  cwd: string;
  logFile: string;
  ask: string;
  /** What it writes when it takes connections: whoever won a race for the port may answer too. */
  ready: RegExp;
  /** Milliseconds to wait for the first answer. */
  timeout: number;
  watchdog: Watchdog;
}

/** A server process of ours. */
export interface PrivateServer {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a server on a free loopback port and waits until it answers; takes another port when it lost
 * the race for the first. Raises SERVICE_START_FAILED with the end of the server's log.
 */
export async function startPrivateServer(plan: PrivateServerPlan): Promise<PrivateServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = launch(plan, port);
    const failure = await untilAnswering(child, port, plan);
    if (failure === undefined) return { port, pid: child.pid!, stop: () => stop(child, plan.watchdog) };
    await stop(child, plan.watchdog);
    const log = lastLines(plan.logFile);
    if (attempt < 3 && /address already in use/i.test(log)) continue;
    throw serviceErrors.error('SERVICE_START_FAILED', {
      program: plan.program,
      reason: failure,
      seconds: plan.timeout / 1000,
      log,
    });
  }
}

function launch(plan: PrivateServerPlan, port: number): ChildProcess {
  const log = openSync(plan.logFile, 'w');
  // Its own session: a Ctrl-C in the terminal reaches us, and we decide in which order things end.
  const child = spawn(plan.program, plan.args(port), {
    cwd: plan.cwd,
    detached: true,
    stdio: [plan.stdin ? 'pipe' : 'ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  child.stdin?.end(plan.stdin?.(port));
  if (child.pid !== undefined) plan.watchdog.guard(child.pid);
  return child;
}

async function untilAnswering(
  child: ChildProcess,
  port: number,
  plan: PrivateServerPlan,
): Promise<string | undefined> {
  const deadline = Date.now() + plan.timeout;
  for (;;) {
    if (child.pid === undefined) return 'it could not be executed';
    if (child.exitCode !== null || child.signalCode !== null) {
      return `it ended with ${child.exitCode ?? child.signalCode}`;
    }
    if (plan.ready.test(readFileSync(plan.logFile, 'utf8'))) {
      const answer = await firstAnswer('127.0.0.1', port, { ask: plan.ask }).catch(() => undefined);
      if (answer) return undefined;
    }
    if (Date.now() > deadline) return 'timed out';
    await delay(25);
  }
}

async function stop(child: ChildProcess, watchdog: Watchdog): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
  watchdog.release(child.pid);
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12).join('\n');
}
