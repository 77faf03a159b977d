/** What every command is given: the config, clients of the admin APIs, and where to print. */
import { type LoadedConfig, loadConfig } from '../chassis/config/load.ts';
import { reachableUrl } from '../chassis/http/reachable-url.ts';
import { createTransport } from '../chassis/http/transport.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';

/** Options that every command takes. */
export interface CommonOptions {
  config?: string;
  json?: boolean;
}

/** The surroundings of one run of the command. */
export interface CliContext {
  env: NodeJS.ProcessEnv;
  /** Prints to standard output. */
  print(text: string): void;
  /** Prints JSON, the same data that the text shows. */
  json(value: unknown): void;
  /** Rewrites one line on a terminal; prints nothing elsewhere unless `final`. */
  progress(text: string, final?: boolean): void;
}

/** The file a command works on: `--config`, else `$STRANGLER_CONFIG`, else `strangler.yaml`. */
export function configFile(options: CommonOptions, env: NodeJS.ProcessEnv): string {
  return options.config ?? env.STRANGLER_CONFIG ?? 'strangler.yaml';
}

/** The config of a command. Raises CONFIG_UNREADABLE or CONFIG_INVALID. */
export function loadFor(options: CommonOptions, { env }: CliContext): Promise<LoadedConfig> {
  return loadConfig(configFile(options, env), env);
}

/** Runs `work` with clients of both admin APIs, and closes them. */
export async function withAdmins<T>(
  options: CommonOptions,
  context: CliContext,
  work: (admins: { facade: AdminClient; worker: AdminClient; loaded: LoadedConfig }) => Promise<T>,
): Promise<T> {
  const loaded = await loadFor(options, context);
  const transport = createTransport();
  const token = context.env.STRANGLER_ADMIN_TOKEN;
  const { facade, worker } = loaded.config;
  try {
    return await work({
      loaded,
      facade: createAdminClient({ what: 'facade', url: reachableUrl(facade.admin), token, transport }),
      worker: createAdminClient({ what: 'worker', url: reachableUrl(worker.admin), token, transport }),
    });
  } finally {
    await transport.close();
  }
}
