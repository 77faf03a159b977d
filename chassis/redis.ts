/** The door to ioredis. Three kinds of connections, since each must fail in its own way. */
import { Redis as IoRedis, type RedisOptions } from 'ioredis';
import { messageOf } from './errors.ts';
import type { Logger } from './log.ts';

/** A Redis connection. */
export type Redis = IoRedis;

/** `commands` fails fast when Redis is away; `subscriber` and `queue` wait for it to come back. */
export type RedisPurpose = 'commands' | 'subscriber' | 'queue';

const OPTIONS: Record<RedisPurpose, RedisOptions> = {
  commands: { enableOfflineQueue: false, commandTimeout: 1_000, maxRetriesPerRequest: 0 },
  subscriber: { enableOfflineQueue: true, maxRetriesPerRequest: null, autoResubscribe: true },
  queue: { enableOfflineQueue: true, maxRetriesPerRequest: null },
};

/** Connects; reconnects for ever with growing pauses up to 2 s; says so once for each outage. */
export function connectRedis(url: string, { purpose, log }: { purpose: RedisPurpose; log: Logger }): Redis {
  const redis = new IoRedis(url, {
    ...OPTIONS[purpose],
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
  });
  let down = false;
  redis.on('error', (error) => {
    if (!down) log.warn('redis is away', { purpose, error: messageOf(error) });
    down = true;
  });
  redis.on('ready', () => {
    if (down) log.info('redis is back', { purpose });
    down = false;
  });
  return redis;
}

/** Whether Redis itself answered with this error, and so did not do what it was asked to. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Resolves when the connection can take commands; rejects after `timeout` ms. */
export async function whenRedisReady(redis: Redis, timeout = 5_000): Promise<void> {
  if (redis.status === 'ready') return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`Redis did not answer within ${timeout} ms`)), timeout);
  redis.once('ready', resolve);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    redis.off('ready', resolve);
  }
}

/** Closes politely when connected, at once otherwise. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => redis.disconnect());
  else redis.disconnect();
}
