/** A child process on one core, where `taskset` exists. A script says over IPC what it has to say. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HAS_TASKSET = spawnSync('taskset', ['-V']).status === 0;
/** Milliseconds of a kernel clock tick (USER_HZ is 100 on every Linux that Node runs on). */
const TICK_MS = 10;
const START_MS = 10_000;

/** The core of what is measured, and the core of all else. */
export const CORES = { measured: 0, other: 1 } as const;

/** A started process. */
export interface Pinned {
  pid: number;
  url: string;
  /** A script's first message, as it sent it. */
  message: unknown;
  stop(): Promise<void>;
}

/** Starts a script of ours and waits for its first message, which may name its `url`. */
export async function startPinned(core: number, script: string, args: string[] = []): Promise<Pinned> {
  const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean);
  const argv = onCore(core, [process.execPath, ...flags, '--conditions=source', script, ...args]);
  const child = spawn(argv[0]!, argv.slice(1), { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'close');
  const message = await Promise.race([
    once(child, 'message').then(([sent]) => sent as { url?: string }),
    ended.then(() => undefined),
  ]);
  if (message === undefined) throw new Error(`${script} ended before it was ready`);
  return { pid: child.pid!, url: String(message.url), message, stop: () => stop(child, ended) };
}

/** Starts another server's program and waits until its address answers; what it keeps of itself goes to `home`. */
export async function startProgram(
  core: number,
  argv: string[],
  { url, home }: { url: string; home: string },
): Promise<Pinned> {
  const pinned = onCore(core, argv);
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
  const child = spawn(pinned[0]!, pinned.slice(1), { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const latest = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > latest) {
      await stop(child, ended);
      throw new Error(`${argv[0]} did not start; it said: ${said}`);
    }
    await delay(20);
  }
  return { pid: child.pid!, url, message: undefined, stop: () => stop(child, ended) };
}

/** Runs a program to its end and gives what it wrote. */
export async function runOnCore(core: number, argv: string[]): Promise<string> {
  const pinned = onCore(core, argv);
  const child = spawn(pinned[0]!, pinned.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(child, 'close');
  return text;
}

/** User and system time of a process so far, in milliseconds. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function onCore(core: number, argv: string[]): string[] {
  return HAS_TASKSET ? ['taskset', '-c', String(core), ...argv] : argv;
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null) child.kill('SIGTERM');
  await ended;
}

function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
