/** The demo's running system: servers, databases, and the processes of the topology. */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startServices } from '../services/start.ts';
import { startWatchdog } from '../services/watchdog.ts';
import type { Places } from '../topology/places.ts';
import { type DemoProcess, type ProcessName, processes } from '../topology/processes.ts';
import { type ManagedProcess, startManaged } from './managed-process.ts';
import { choosePlaces } from './places.ts';
import { type Ended, ROOT, runToEnd } from './run-to-end.ts';
import { setupDemo } from './setup.ts';

/** A running demo. */
export interface DemoSystem {
  at: Places;
  /** Folder of this run: the config that is in force, the processes' logs. */
  directory: string;
  start(name: ProcessName): Promise<void>;
  stop(name: ProcessName, signal?: NodeJS.Signals): Promise<void>;
  /** Runs `strangler ...args` as a user would. */
  strangler(...args: string[]): Promise<Ended>;
  /** Raises an Error when a process is gone that nobody stopped. */
  assertAlive(): void;
  /** Stops everything that was started; removes this run's folder unless its logs are to be kept. */
  close(options?: { keepLogs?: boolean }): Promise<void>;
}

/** How the demo is to run. */
export interface SystemOptions {
  scale: number;
  env: NodeJS.ProcessEnv;
  note: (line: string) => void;
}

/** Starts the servers and prepares the databases; processes are started one by one by the story. */
export async function createSystem({ scale, env: outer, note }: SystemOptions): Promise<DemoSystem> {
  // The same sources are started some thirty times: stripped of their types once, they start in half the time.
  const env = { ...outer, NODE_COMPILE_CACHE: path.join(ROOT, '.data', 'compile-cache') };
  const directory = path.join(ROOT, '.data', `demo-${process.pid}`);
  mkdirSync(path.join(directory, 'uploads'), { recursive: true });
  // As deep below the root as the original, so that its relative paths still hold; this copy may be edited.
  const config = path.join(directory, 'strangler.yaml');
  copyFileSync(path.join(ROOT, 'facade/demo/strangler.yaml'), config);

  const services = await startServices({
    need: ['mariadb', 'redis'],
    dataDir: path.join(ROOT, '.data'),
    env,
    log: note,
  });
  const watchdog = startWatchdog({ directory, keep: true });
  const running = new Map<ProcessName, ManagedProcess>();
  const close = async ({ keepLogs = false } = {}) => {
    for (const one of [...running.values()].reverse()) await one.stop();
    await watchdog.close();
    await services.stop();
    if (!keepLogs) rmSync(directory, { recursive: true, force: true });
  };
  try {
    const at = await choosePlaces(services, { config, uploadDir: path.join(directory, 'uploads'), note });
    const setup = { ...env, ...environmentOf('setup', at), DEMO_SCALE: String(scale) };
    writeFileSync(path.join(directory, 'env'), exports(environmentOf('setup', at)), { mode: 0o600 });
    await setupDemo(setup, note);
    return {
      at,
      directory,
      close,
      async start(name) {
        const { command, environment, health } = processOf(name);
        const healthUrl = `http://127.0.0.1:${at.ports[health!.port]}${health!.path}`;
        const logFile = path.join(directory, `${name}.log`);
        running.set(
          name,
          await startManaged({
            name,
            args: command(at),
            env: { ...env, ...environment(at) },
            logFile,
            healthUrl,
            watchdog,
          }),
        );
      },
      async stop(name, signal) {
        await running.get(name)?.stop(signal);
        running.delete(name);
      },
      strangler: (...args) => runToEnd('cli/main.ts', args, setup),
      assertAlive() {
        const gone = [...running.values()].map((one) => one.failed()).find((why) => why !== undefined);
        if (gone !== undefined) throw new Error(gone);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function processOf(name: ProcessName): DemoProcess {
  return processes.find((one) => one.name === name)!;
}

function environmentOf(name: ProcessName, at: Places): Record<string, string> {
  return processOf(name).environment(at);
}

/** Lines for a shell to source, so that `npx strangler` works on this system. */
function exports(environment: Record<string, string>): string {
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  return `${lines.join('\n')}\n`;
}
