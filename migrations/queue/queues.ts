/** Offering jobs. */
import { Queue } from 'bullmq';
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import { closeRedis, connectRedis } from '../../chassis/redis.ts';
import { type Job, jobId, QUEUES, type QueueName, queueOf } from './job.ts';
import { queueConnection, queueName } from './settings.ts';

/** The kit's queues. */
export interface Queues {
  /** Puts jobs into their queues; those that are there already stay as they are. Rejects fast while Redis is away. */
  offer(jobs: readonly Job[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens the queues; `prefix` keeps kits apart that share a Redis. */
export function openQueues({ url, prefix, log }: { url: string; prefix: string; log: Logger }): Queues {
  // A job that cannot be offered now is offered again by the next sweep.
  const redis = connectRedis(url, { purpose: 'commands', log });
  const queues = new Map<QueueName, Queue>();
  for (const name of QUEUES) {
    const queue = new Queue(queueName(name), { ...queueConnection(redis), prefix });
    queue.on('error', (error) => log.debug('queue error', { queue: name, error: messageOf(error) }));
    queues.set(name, queue);
  }
  return {
    async offer(jobs) {
      for (const [name, queue] of queues) {
        const own = jobs.filter((job) => queueOf(job) === name);
        const options = { removeOnComplete: true, removeOnFail: true };
        if (own.length > 0)
          await queue.addBulk(
            own.map((job) => ({ name: job.kind, data: job, opts: { ...options, jobId: jobId(job) } })),
          );
      }
    },
    async close() {
      for (const queue of queues.values()) await queue.close().catch(() => {});
      await closeRedis(redis);
    },
  };
}
