/** What every command is given: the config, clients of the admin APIs, and where to print. */
import { type AdminAddresses, loadAdminAddresses } from '../chassis/config/admin-addresses.ts';
import { type LoadedConfig, loadConfig } from '../chassis/config/load.ts';
import { reachableUrl } from '../chassis/http/reachable-url.ts';
import { createTransport } from '../chassis/http/transport.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { cliErrors } from './errors.ts';

/** Options that every command takes. */
export interface CommonOptions {
  config?: string;
  json?: boolean;
}

/** Options of a command that asks an admin API. */
export interface AskingOptions extends CommonOptions {
  /** The API to ask, in place of the config's. */
  admin?: string;
}

/** The surroundings of one run of the command. */
export interface CliContext {
  env: NodeJS.ProcessEnv;
  /** Prints to standard output. */
  print(text: string): void;
  /** Prints JSON, the same data that the text shows. */
  json(value: unknown): void;
  /** Prints to standard error what is no part of the result. */
  warn(text: string): void;
  /** Rewrites one line on a terminal; prints nothing elsewhere unless `final`. */
  progress(text: string, final?: boolean): void;
}

/** Clients of the admin APIs. Each raises ADMIN_ADDRESS_UNKNOWN when it is asked for and the file does not tell where. */
export interface Admins {
  readonly facade: AdminClient;
  readonly worker: AdminClient;
  /** Whether the config names data groups, which the worker keeps. */
  hasData: boolean;
}

/** The file a command works on: `--config`, else `$STRANGLER_CONFIG`, else `strangler.yaml`. */
export function configFile(options: CommonOptions, env: NodeJS.ProcessEnv): string {
  return options.config ?? env.STRANGLER_CONFIG ?? 'strangler.yaml';
}

/** The config of a command. Raises CONFIG_UNREADABLE or CONFIG_INVALID. */
export function loadFor(options: CommonOptions, { env }: CliContext): Promise<LoadedConfig> {
  return loadConfig(configFile(options, env), env);
}

/** Runs `work` with clients of both admin APIs, and closes them. A file with problems is enough where it tells the addresses. */
export async function withAdmins<T>(
  options: AskingOptions,
  context: CliContext,
  work: (admins: Admins) => Promise<T>,
): Promise<T> {
  const { urlOf, hasData } = options.admin === undefined ? await byFile(options, context) : at(options.admin);
  const transport = createTransport();
  const token = context.env.STRANGLER_ADMIN_TOKEN;
  const client = (what: 'facade' | 'worker') =>
    createAdminClient({ what, url: urlOf(what), token, transport });
  try {
    return await work({
      hasData,
      get facade() {
        return client('facade');
      },
      get worker() {
        return client('worker');
      },
    });
  } finally {
    await transport.close();
  }
}

/** Where each API is, as far as it is known. */
interface Whereabouts {
  urlOf(what: 'facade' | 'worker'): string;
  hasData: boolean;
}

function at(url: string): Whereabouts {
  return { urlOf: () => url, hasData: false };
}

async function byFile(options: CommonOptions, { env, warn }: CliContext): Promise<Whereabouts> {
  const read = await loadAdminAddresses(configFile(options, env), env);
  if (read.problem !== undefined) warn(warning(read, read.problem.problems.length));
  return {
    hasData: read.hasData,
    urlOf(what) {
      const address = read[what];
      if (address !== undefined) return reachableUrl(address);
      throw cliErrors.error('ADMIN_ADDRESS_UNKNOWN', { file: read.file, what });
    },
  };
}

function warning({ file }: AdminAddresses, count: number): string {
  return `warning: ${file} has ${count} problem(s), which \`strangler check\` tells; only the addresses of the admin APIs were read`;
}
