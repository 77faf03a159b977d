/** Follows edits of the config file: puts them in force, and tells what of them is not. */
import type { LoadedConfig } from '../chassis/config/load.ts';
import { watchConfig } from '../chassis/config/watch.ts';
import { describeError, messageOf } from '../chassis/errors.ts';
import type { Logger } from '../chassis/log.ts';
import type { Metrics } from '../chassis/metrics.ts';
import { routeProblems } from './route-problems.ts';
import { createConfigTelemetry } from './telemetry/config-telemetry.ts';

/** What it needs. */
export interface FollowOptions {
  /** The version that the facade was started with. */
  current: LoadedConfig;
  env: Record<string, string | undefined>;
  log: Logger;
  metrics: Metrics;
  /** Puts an edit in force; one that it rejects leaves the last good version. */
  take: (edited: LoadedConfig) => Promise<void>;
}

/** The following. */
export interface FollowedConfig {
  /** The last edit that could not be put in force, while it stands. */
  problem(): unknown;
  close(): void;
}

/** Begins to follow. */
export function followConfig({ current, env, log, metrics, take }: FollowOptions): FollowedConfig {
  const telemetry = createConfigTelemetry(metrics);
  let problem: unknown;
  const watcher = watchConfig({
    current,
    env,
    quarantine: routeProblems,
    async onChange(edited) {
      await take(edited);
      problem = undefined;
      telemetry.valid(true);
      log.info('config in force', { version: edited.version });
      for (const [route, { reason, keeps }] of edited.quarantined)
        log.warn('route quarantined', { route, reason, keeps: keeps ?? 'nothing' });
    },
    onInvalid(error) {
      problem = error;
      telemetry.valid(false);
      log.error('config invalid; the last good version stays', {
        ...describeError(error),
        cause: messageOf(error),
      });
    },
  });
  return { problem: () => problem, close: watcher.close };
}
