/** Pure. What an edit of the config file changes that a running facade cannot take over. */
import type { StranglerConfig } from '../chassis/config/schema/config.ts';

const AT_START: Record<string, (config: StranglerConfig) => unknown> = {
  'facade.listen': ({ facade }) => facade.listen,
  'facade.admin': ({ facade }) => facade.admin,
  'facade.settle': ({ facade }) => facade.settle,
  'facade.drain': ({ facade }) => facade.drain,
  'facade.limits.headerBytes': ({ facade }) => facade.limits.headerBytes,
  'facade.limits.headersTimeout': ({ facade }) => facade.limits.headersTimeout,
  'facade.limits.idle': ({ facade }) => facade.limits.idle,
  'facade.limits.connections': ({ facade }) => facade.limits.connections,
  'facade.audit': ({ facade }) => facade.audit,
  store: ({ store }) => store,
};

/** The keys that count at the start only. */
export function keysAtStart(): string[] {
  return Object.keys(AT_START);
}

/** The keys that differ from those with which the facade was started. */
export function restartNeeded(started: StranglerConfig, now: StranglerConfig): string[] {
  return Object.entries(AT_START).flatMap(([key, read]) =>
    JSON.stringify(read(started)) === JSON.stringify(read(now)) ? [] : [key],
  );
}
