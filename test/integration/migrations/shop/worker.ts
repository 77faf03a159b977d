/** Workers for tests: in this process, or as processes of their own that can be killed. */

import { systemClock } from '../../../../chassis/clock.ts';
import { createLifecycle, type ProcessContext } from '../../../../chassis/lifecycle.ts';
import { createNullLogger } from '../../../../chassis/log.ts';
import { createMetrics } from '../../../../chassis/metrics.ts';
import { startWorker } from '../../../../migrations/worker/start.ts';
import type { GroupView } from '../../../../migrations/worker/views.ts';
import { startProcess, type TestProcess } from '../../../support/processes.ts';
import { until } from '../../../support/wait.ts';

export const TOKEN = 'test-token';

/** A client of one worker's admin API. */
export interface WorkerClient {
  url: string;
  view(): Promise<GroupView>;
  post(action: string, body?: object): Promise<Response>;
  /** Waits until the group's view satisfies the condition; rejects at once when it failed unexpectedly. */
  untilView(what: string, condition: (view: GroupView) => boolean, timeout?: number): Promise<GroupView>;
  /** Wants a verification and waits for its result. */
  verify(): Promise<NonNullable<GroupView['verified']>>;
}

/** A worker in this process. */
export async function openWorker(configFile: string): Promise<WorkerClient & { close(): Promise<void> }> {
  const log = createNullLogger();
  const lifecycle = createLifecycle({ log });
  const context: ProcessContext = {
    env: { STRANGLER_ADMIN_TOKEN: TOKEN },
    log,
    metrics: createMetrics('worker'),
    lifecycle,
    clock: systemClock,
  };
  const { url } = await startWorker({ configFile }, context);
  return { ...clientOf(url), close: () => lifecycle.close() };
}

/** A worker as a process. */
export async function spawnWorker(configFile: string): Promise<WorkerClient & { process: TestProcess }> {
  const env = { CONFIG_FILE: configFile, STRANGLER_ADMIN_TOKEN: TOKEN, LOG_LEVEL: 'debug' };
  const process = startProcess('test/integration/migrations/shop/worker-process.ts', [], { env });
  const line = await process.json(({ message }) => message === 'worker listening');
  return { ...clientOf(String(line.admin)), process };
}

function clientOf(url: string): WorkerClient {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const view = async () => (await (await fetch(`${url}/api/data/shop`, { headers })).json()) as GroupView;
  const client: WorkerClient = {
    url,
    view,
    post: (action, body = {}) =>
      fetch(`${url}/api/data/shop/${action}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    async untilView(what, condition, timeout = 20_000) {
      let last: GroupView | undefined;
      await until(
        async () => {
          last = await view();
          return condition(last);
        },
        { timeout, interval: 50, what },
      ).catch((error) => {
        throw new Error(`${error.message}; last: ${JSON.stringify(last)}`);
      });
      return last!;
    },
    async verify() {
      const before = (await view()).verified?.at;
      await client.post('verify');
      const after = await client.untilView('the verification', ({ verified, verifying, error }) => {
        if (error) throw new Error(error);
        return verifying === null && verified !== null && verified.at !== before;
      });
      return after.verified!;
    },
  };
  return client;
}
