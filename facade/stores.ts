/** The stores of a facade, in memory or in Redis, as the config says. */

import { systemClock } from '../chassis/clock.ts';
import type { StranglerConfig } from '../chassis/config/schema/config.ts';
import type { Lifecycle } from '../chassis/lifecycle.ts';
import type { Logger } from '../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../chassis/redis.ts';
import type { AuditEntry, ChainHead } from './audit/entry.ts';
import type { Missing } from './audit/known-chain.ts';
import type { EvidenceStore } from './evidence/evidence-store.ts';
import { createMemoryEvidenceStore } from './evidence/memory-evidence-store.ts';
import { createRedisEvidenceStore } from './evidence/redis-evidence-store.ts';
import { createMemoryLimiter, createRedisLimiter, type Limiter } from './gateway/limiter.ts';
import { createMemoryToggleStore } from './toggles/memory-toggle-store.ts';
import { createRedisToggleStore } from './toggles/redis-toggle-store.ts';
import type { ToggleStore } from './toggles/toggle-store.ts';

/** Where toggles and evidence are kept. */
export interface Stores {
  toggles: ToggleStore;
  evidence: EvidenceStore;
  /** Counts for the rate limits. */
  limiter: Limiter;
}

/**
 * Opens the stores; a Redis that is away does not keep the facade from starting. `after`: the end of the audit as this
 * facade kept it in a file. Each entry that it writes is a line of its log, too.
 */
export async function openStores(
  { store }: Pick<StranglerConfig, 'store'>,
  { log, lifecycle, after }: { log: Logger; lifecycle: Lifecycle; after?: ChainHead | undefined },
): Promise<Stores> {
  const audit = { after, onEntry: (entry: AuditEntry) => log.info('audit', entry) };
  if (store.kind === 'memory') {
    return {
      toggles: createMemoryToggleStore(audit),
      evidence: createMemoryEvidenceStore(),
      limiter: createMemoryLimiter(),
    };
  }
  const redis = await openRedis(store.url, { log, lifecycle });
  const subscriber = connectRedis(store.url, { purpose: 'subscriber', log });
  lifecycle.onClose('redis subscriber', () => closeRedis(subscriber));
  return {
    toggles: createRedisToggleStore({
      redis,
      subscriber,
      prefix: store.prefix,
      ...audit,
      onLoss: tellLoss(log),
    }),
    evidence: createRedisEvidenceStore({ redis, prefix: store.prefix }),
    limiter: createRedisLimiter(redis, store.prefix, systemClock.monotonic),
  };
}

function tellLoss(log: Logger): (missing: Missing) => void {
  return ({ kind, after, entries }) => {
    if (kind === 'back')
      log.warn('the store lost the audit; it was put back', {
        after: after.sequence,
        entries: entries.length,
      });
    else log.error('the store lost the audit, and nobody has it', { problem: entries[0]?.reason });
  };
}

/** Connects for commands, and waits a little for the connection. */
export async function openRedis(
  url: string,
  { log, lifecycle }: { log: Logger; lifecycle: Lifecycle },
): Promise<Redis> {
  const redis = connectRedis(url, { purpose: 'commands', log });
  lifecycle.onClose('redis', () => closeRedis(redis));
  await whenRedisReady(redis, 3_000).catch(() => log.warn('starting without redis'));
  return redis;
}
