import type { Runner, Suite } from 'mocha';
import { type Services, startServices } from '../../scripts/services/start.ts';
import { leftProcesses, repoRoot } from './processes.ts';

// Specs here touch no server; a run of nothing else starts none.
const WITHOUT_SERVERS = /[\\/]test[\\/](unit|architecture)[\\/]/;
const NEED = ['mariadb', 'redis'] as const;

// Tests start the command and the processes over and over: their sources are stripped of types once.
process.env.NODE_COMPILE_CACHE ??= `${repoRoot}/.data/compile-cache`;

let services: Services<(typeof NEED)[number]> | undefined;

/** Starts the run's private MariaDB and Redis, once, when some loaded spec may need them. */
export async function mochaGlobalSetup(this: Runner): Promise<void> {
  const files = this.suite.suites.map((suite: Suite) => suite.file ?? '');
  if (files.every((file) => WITHOUT_SERVERS.test(file))) return;
  services = await startServices({
    need: NEED,
    dataDir: '.data',
    env: process.env,
    log: (line) => console.error(line),
  });
  process.env.TEST_MARIADB_URL = services.mariadb.url;
  process.env.TEST_REDIS_URL = services.redis.url;
}

/** Stops what was started. */
export async function mochaGlobalTeardown(): Promise<void> {
  await services?.stop();
}

/** The run fails when a process that a test started is left at the end. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    const left = leftProcesses();
    if (left.length === 0) return;
    await Promise.all(left.map((one) => one.stop('SIGKILL')));
    const names = left.map((one) => one.child.spawnargs.slice(2).join(' ').replace(repoRoot, '')).join(', ');
    throw new Error(`Processes were left running by tests: ${names}`);
  },
};
