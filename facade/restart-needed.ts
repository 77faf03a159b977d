/** Pure. What an edit of the config file changes that a running facade cannot take over. */
import type { StranglerConfig } from '../chassis/config/schema/config.ts';

const AT_START: Record<string, (config: StranglerConfig) => unknown> = {
  'facade.listen': ({ facade }) => facade.listen,
  'facade.admin': ({ facade }) => facade.admin,
  'facade.audit': ({ facade }) => facade.audit,
  store: ({ store }) => store,
  auth: ({ auth }) => auth,
};

/** The keys that differ from those with which the facade was started. */
export function restartNeeded(started: StranglerConfig, now: StranglerConfig): string[] {
  return Object.entries(AT_START).flatMap(([key, read]) =>
    JSON.stringify(read(started)) === JSON.stringify(read(now)) ? [] : [key],
  );
}
