/** The application as a child of the sidecar: started after the sidecar listens, ended after it has drained. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Logger } from '../../chassis/log.ts';
import { facadeErrors } from '../errors.ts';

/** The application's process. */
export interface AppProcess {
  /** The exit code when it ends, 1 after a signal; never rejects. */
  ended: Promise<number>;
  /** SIGTERM to its process group, SIGKILL after `stop` ms; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts `command` (program and arguments) with the sidecar's own output. Raises SIDECAR_COMMAND_FAILED. */
export async function startAppProcess(
  command: readonly string[],
  { stop, log }: { stop: number; log: Logger },
): Promise<AppProcess> {
  const [program, ...args] = command;
  // A group of its own: a terminal's Ctrl-C is for the sidecar, which drains first.
  const child = spawn(program!, args, { stdio: 'inherit', detached: true });
  const closed = once(child, 'close').then(
    ([code]) => (typeof code === 'number' ? code : 1),
    () => 1,
  );
  await once(child, 'spawn').catch((error) => {
    throw facadeErrors.error('SIDECAR_COMMAND_FAILED', { program, reason: error.message }, error);
  });
  log.info('application started', { pid: child.pid, program });
  return { ended: closed, stop: () => stopGroup(child, closed, stop, log) };
}

async function stopGroup(
  child: ChildProcess,
  closed: Promise<number>,
  stop: number,
  log: Logger,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => {
    log.warn('application did not end; it is killed', { pid: child.pid, after: stop });
    signalGroup(child, 'SIGKILL');
  }, stop);
  const code = await closed;
  clearTimeout(timer);
  log.info('application ended', { pid: child.pid, code });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid!, signal);
  } catch {
    // It ended by itself in between.
  }
}
