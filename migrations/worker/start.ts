/** The worker process: serves the data groups of one config. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { loadConfig } from '../../chassis/config/load.ts';
import type { StranglerConfig } from '../../chassis/config/schema/config.ts';
import { createHealth } from '../../chassis/health.ts';
import { type Listening, listen } from '../../chassis/http/server.ts';
import type { ProcessContext } from '../../chassis/lifecycle.ts';
import { migrationErrors } from '../errors.ts';
import type { Job } from '../queue/job.ts';
import { openQueues } from '../queue/queues.ts';
import { startWorkers } from '../queue/workers.ts';
import { createApi } from './api.ts';
import { followTokens } from './follow-tokens.ts';
import { createGroups } from './groups.ts';
import { type JobDeps, runJob } from './jobs.ts';
import { exposeGroups } from './metrics.ts';
import { startSweeping } from './sweep.ts';

/** Starts a worker: reads the config, listens, takes jobs. Raises CONFIG_*, ADMIN_*, REDIS_MISSING, PORT_TAKEN. */
export async function startWorker(
  { configFile }: { configFile: string },
  { env, log, metrics, lifecycle, clock }: ProcessContext,
): Promise<Listening> {
  const loaded = await loadConfig(configFile, env);
  const { url, prefix } = queueRedis(loaded.config, env);
  const tokens = followTokens({ current: loaded, env, log });
  lifecycle.onClose('config watch', tokens.close);
  const groups = createGroups(loaded);
  lifecycle.onClose('databases', () => groups.close());
  const queues = openQueues({ url, prefix, log });
  lifecycle.onClose('queues', () => queues.close());
  const streams: JobDeps['streams'] = new Map();
  const sweeper = startSweeping({ groups, queues, clock, log, streams });
  lifecycle.onClose('sweeper', () => sweeper.close());
  const holder = `${hostname()}/${process.pid}/${randomBytes(3).toString('hex')}`;
  const deps: JobDeps = { groups, holder, clock, log, streams, nudge: sweeper.nudge };
  const run = (job: Job, signal: AbortSignal) => runJob(deps, job, signal);
  const workers = startWorkers({ url, prefix, log, concurrency: concurrencyOf(loaded.config), run });
  lifecycle.onClose('jobs', () => workers.close());

  const health = createHealth();
  exposeGroups(metrics, groups, clock);
  const { holders } = tokens;
  const app = createApi({ groups, clock, log, metrics, health, holders, nudge: sweeper.nudge });
  const listening = await listen(createServer(app), loaded.config.worker.admin);
  lifecycle.onClose('admin', () => listening.close(1_000));
  lifecycle.onClose('health', () => health.drain());
  log.info('worker listening', { admin: listening.url, holder, groups: groups.names });
  return listening;
}

/** The Redis of the queues: `redis.url`, else the store's, else the environment's. Raises REDIS_MISSING. */
export function queueRedis(
  { redis, store }: Pick<StranglerConfig, 'redis' | 'store'>,
  env: Record<string, string | undefined>,
) {
  const url = redis?.url ?? (store.kind === 'redis' ? store.url : env.REDIS_URL);
  if (!url) throw migrationErrors.error('REDIS_MISSING');
  const prefix = store.kind === 'redis' ? store.prefix : 'strangler';
  return { url, prefix: `${prefix}-jobs` };
}

/** Twice the groups for streams: the old holder of a lost job may still be on its way out. */
function concurrencyOf({ data }: StranglerConfig) {
  const groups = Object.values(data);
  const copy = groups.reduce((most, group) => Math.max(most, group.copy.concurrency), 1);
  return { copy, stream: Math.max(1, groups.length * 2), verify: Math.max(1, groups.length) };
}
