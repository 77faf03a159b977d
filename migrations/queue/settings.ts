/** What queues and workers agree on. */
import type { ConnectionOptions } from 'bullmq';
import type { Redis } from '../../chassis/redis.ts';
import type { QueueName } from './job.ts';

/** The name of a queue in Redis. */
export function queueName(name: QueueName): string {
  return `data-${name}`;
}

/** BullMQ's types are those of another copy of ioredis; the object is the same. */
export function queueConnection(redis: Redis): { connection: ConnectionOptions; skipVersionCheck: true } {
  return { connection: redis as unknown as ConnectionOptions, skipVersionCheck: true };
}

/**
 * How long a job may go without a sign of life (milliseconds) before another worker takes it. Locks are
 * renewed at half of it, so it must be long enough for a busy event loop.
 */
export const LOCK = 6_000;

/** How often each worker looks for jobs whose holder died. */
export const STALLED_CHECK = 2_000;
