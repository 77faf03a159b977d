/** The catalog service's settings, from its environment. */
import { defineErrors, EXIT } from 'strangler-kit/chassis';
import { bugOf } from './bug-switch.ts';
import type { Bug } from './products/money.ts';

export const settingErrors = defineErrors({
  CATALOG_SETTING_INVALID: {
    status: 500,
    exit: EXIT.usage,
    message: ({ name, found, expected }) => `${name}: found ${found}, expected ${expected}.`,
    remedy: 'Set the variable in the environment of the catalog service.',
  },
});

export interface Settings {
  databaseUrl: string;
  listen: { host: string; port: number };
  redisUrl: string;
  legacyUrl: string;
  /** Where facades reach this instance, when it is not the address it listens on. */
  advertiseUrl: string | undefined;
  bug: Bug;
  demo: boolean;
}

/** Reads the settings. Raises CATALOG_SETTING_INVALID, CATALOG_BUG_UNKNOWN. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    databaseUrl: url(env, 'CATALOG_DB_URL', 'mysql://user:password@host:port/database'),
    listen: address(env.CATALOG_LISTEN ?? '127.0.0.1:0'),
    redisUrl: url(env, 'REDIS_URL', 'redis://host:port'),
    legacyUrl: new URL(url(env, 'LEGACY_URL', 'http://host:port')).origin,
    advertiseUrl: env.CATALOG_ADVERTISE_URL || undefined,
    bug: bugOf(env.CATALOG_BUG),
    demo: env.CATALOG_DEMO === '1',
  };
}

function url(env: NodeJS.ProcessEnv, name: string, expected: string): string {
  const value = env[name];
  if (value && URL.canParse(value)) return value;
  throw settingErrors.error('CATALOG_SETTING_INVALID', {
    name,
    found: value ? 'no URL' : 'nothing',
    expected,
  });
}

function address(value: string): { host: string; port: number } {
  const parts = /^(.+):(\d{1,5})$/.exec(value);
  if (parts && Number(parts[2]) <= 65_535) {
    return { host: parts[1]!.replace(/^\[|\]$/g, ''), port: Number(parts[2]) };
  }
  const params = { name: 'CATALOG_LISTEN', found: JSON.stringify(value), expected: 'host:port' };
  throw settingErrors.error('CATALOG_SETTING_INVALID', params);
}
