/** A child process on one core, where `taskset` exists; it says what it has to say over IPC. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HAS_TASKSET = spawnSync('taskset', ['-V']).status === 0;
/** Milliseconds of a kernel clock tick (USER_HZ is 100 on every Linux that Node runs on). */
const TICK_MS = 10;

/** A started process; the first message is `{ url }` or, from a loader, `{ requests, failed, seconds }`. */
export interface Pinned {
  pid: number;
  url: string;
  result: { requests: number; failed: number; seconds: number };
  stop(): Promise<void>;
}

/** Starts a script and waits for its message. */
export async function startPinned(core: number, script: string, args: string[] = []): Promise<Pinned> {
  const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean);
  const command = [process.execPath, ...flags, '--conditions=source', script, ...args];
  const argv = HAS_TASKSET ? ['taskset', '-c', String(core), ...command] : command;
  const child = spawn(argv[0]!, argv.slice(1), { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'close');
  const message = await Promise.race([
    once(child, 'message').then(([sent]) => sent),
    ended.then(() => undefined),
  ]);
  if (message === undefined) throw new Error(`${script} ended before it was ready`);
  return {
    pid: child.pid!,
    url: String(message.url),
    result: message,
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/** User and system time of a process so far, in milliseconds. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
