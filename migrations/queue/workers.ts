/** Running jobs. */
import { Worker } from 'bullmq';
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import { closeRedis, connectRedis } from '../../chassis/redis.ts';
import { type Job, QUEUES, type QueueName } from './job.ts';
import { LOCK, queueConnection, queueName, STALLED_CHECK } from './settings.ts';

/** What workers need; `run` does a job and ends soon after `signal` is aborted. */
export interface WorkersOptions {
  url: string;
  prefix: string;
  log: Logger;
  /** Jobs at a time, by queue. */
  concurrency: Record<QueueName, number>;
  run(job: Job, signal: AbortSignal): Promise<void>;
}

/** Runs jobs until closed. A job that fails is gone; what SQL still wants is offered again by the sweep. */
export function startWorkers({ url, prefix, log, concurrency, run }: WorkersOptions): {
  close(): Promise<void>;
} {
  const redis = connectRedis(url, { purpose: 'queue', log });
  const stop = new AbortController();
  const workers = QUEUES.map((name) => {
    const worker = new Worker<Job>(queueName(name), (job) => run(job.data, stop.signal), {
      ...queueConnection(redis),
      prefix,
      concurrency: concurrency[name],
      lockDuration: LOCK,
      stalledInterval: STALLED_CHECK,
      // A job whose holders die one after the other is not the job's fault.
      maxStalledCount: 1_000_000,
      drainDelay: 1,
    });
    worker.on('error', (error) => log.debug('queue worker error', { queue: name, error: messageOf(error) }));
    worker.on('failed', (job, error) =>
      log.warn('job failed, will be tried again', { job: job?.id, error: messageOf(error) }),
    );
    return worker;
  });
  return {
    async close() {
      stop.abort();
      // Without Redis there is nobody to say goodbye to.
      const forced = redis.status !== 'ready';
      await Promise.all(workers.map((worker) => worker.close(forced).catch(() => {})));
      await closeRedis(redis);
    },
  };
}
