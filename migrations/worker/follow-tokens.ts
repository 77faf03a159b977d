/** The tokens of the worker's admin API, as the config file has them now. Nothing else of an edit counts while it runs. */
import { refuseExposed } from '../../chassis/admin/exposure.ts';
import { type TokenHolder, tokenHolders } from '../../chassis/admin/token-holders.ts';
import type { LoadedConfig } from '../../chassis/config/load.ts';
import { watchConfig } from '../../chassis/config/watch.ts';
import { describeError, messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';

/** What it needs. */
export interface FollowOptions {
  /** The config that the worker was started with. */
  current: LoadedConfig;
  env: Record<string, string | undefined>;
  log: Logger;
}

/** The following. */
export interface FollowedTokens {
  holders(): readonly TokenHolder[];
  close(): void;
}

/** Begins to follow. Raises ADMIN_EXPOSED or ADMIN_TOKEN_SHORT; an edit that leads there is refused. */
export function followTokens({ current, env, log }: FollowOptions): FollowedTokens {
  const own = env.STRANGLER_ADMIN_TOKEN;
  const read = ({ config }: LoadedConfig): readonly TokenHolder[] => {
    const { tokens } = config.worker;
    refuseExposed(current.config.worker.admin.host, { own, listed: tokens.length });
    return tokenHolders(tokens, own);
  };
  let holders = read(current);
  const watcher = watchConfig({
    current,
    env,
    // Routes are the facade's affair: one that is broken must not keep a token from being taken away.
    quarantine: () => new Map(),
    onChange(edited) {
      holders = read(edited);
      log.info('admin tokens in force', { version: edited.version });
    },
    onInvalid(error) {
      log.error('config invalid; the last good tokens stay', {
        ...describeError(error),
        cause: messageOf(error),
      });
    },
  });
  return { holders: () => holders, close: watcher.close };
}
