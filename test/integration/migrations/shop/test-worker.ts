/** A worker of a test, in this process, whose log and metrics can be read. */
import { systemClock } from '../../../../chassis/clock.ts';
import { createLifecycle } from '../../../../chassis/lifecycle.ts';
import { createLogger } from '../../../../chassis/log.ts';
import { createMetrics } from '../../../../chassis/metrics.ts';
import { startWorker } from '../../../../migrations/worker/start.ts';

/** A running one. */
export interface TestWorker {
  /** Of the admin API. */
  url: string;
  log: Record<string, unknown>[];
  close(): Promise<void>;
}

/** Starts a worker; `token` is that of its environment. */
export async function startTestWorker(configFile: string, token: string): Promise<TestWorker> {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ process: 'worker', write: (line) => void lines.push(JSON.parse(line)) });
  const lifecycle = createLifecycle({ log });
  const parts = { log, lifecycle, clock: systemClock, metrics: createMetrics('worker') };
  const context = { ...parts, env: { STRANGLER_ADMIN_TOKEN: token } };
  const { url } = await startWorker({ configFile }, context).catch(async (error) => {
    await lifecycle.close();
    throw error;
  });
  return { url, log: lines, close: () => lifecycle.close() };
}
