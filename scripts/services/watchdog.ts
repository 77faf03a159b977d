import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('watchdog.sh', import.meta.url));

/** Ends the guarded processes when this process ends in any way, kill -9 included. */
export interface Watchdog {
  guard(pid: number): void;
  release(pid: number): void;
  /** Lets go of everything; resolves when the watchdog itself has ended. */
  close(): Promise<void>;
}

/**
 * Starts a shell that waits for the end of its standard input, whose only writer is this process. The
 * kernel closes that pipe whatever ends us, so no signal handler is needed. It removes `directory` last,
 * unless `keep` is set.
 */
export function startWatchdog({ directory, keep = false }: { directory: string; keep?: boolean }): Watchdog {
  const child = spawn('/bin/sh', [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' });
  const ended = once(child, 'exit');
  child.unref();
  const say = (line: string) => child.stdin.write(`${line}\n`);
  // A watchdog that was ended by somebody else must not take us with it.
  child.stdin.on('error', () => {});
  if (!keep) say(`remove ${directory}`);
  return {
    guard: (pid) => say(`guard ${pid}`),
    release: (pid) => say(`release ${pid}`),
    async close() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
