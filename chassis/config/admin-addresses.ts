/**
 * Where the admin APIs are, as their clients read it from the config file: whatever is wrong with the rest of it, for a
 * route must be taken back while an edit is broken.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readDocument, valuesOf } from './document.ts';
import { ConfigInvalidError } from './errors.ts';
import { parseConfig, unreadable } from './load.ts';
import { facadeAdmin, workerAdmin } from './schema/listeners.ts';
import type { ListenAddress } from './schema/quantities.ts';

/** What a client of the admin APIs needs of a config. */
export interface AdminAddresses {
  /** The file's absolute path. */
  file: string;
  /** What is wrong with the file; undefined: nothing. */
  problem: ConfigInvalidError | undefined;
  /** Undefined: the file does not say it in a way that can be read. */
  facade: ListenAddress | undefined;
  worker: ListenAddress | undefined;
  /** Whether there are data groups, which the worker keeps. */
  hasData: boolean;
}

/** Reads them from a file. Raises CONFIG_UNREADABLE. */
export async function loadAdminAddresses(
  file: string,
  env: Record<string, string | undefined>,
): Promise<AdminAddresses> {
  const absolute = path.resolve(file);
  const text = await readFile(absolute, 'utf8').catch((error) => {
    throw unreadable(absolute, error);
  });
  return { file: absolute, ...adminAddresses(text, absolute, env) };
}

/** Reads them from a config's text; `file` only names it in messages. */
export function adminAddresses(
  text: string,
  file: string,
  env: Record<string, string | undefined>,
): Omit<AdminAddresses, 'file'> {
  try {
    const { facade, worker, data } = parseConfig(text, file, env).config;
    return { problem: undefined, facade: facade.admin, worker: worker.admin, hasData: hasKeys(data) };
  } catch (problem) {
    if (!(problem instanceof ConfigInvalidError)) throw problem;
    return { problem, ...withoutTheRest(text, env) };
  }
}

function withoutTheRest(
  text: string,
  env: Record<string, string | undefined>,
): Pick<AdminAddresses, 'facade' | 'worker' | 'hasData'> {
  const document = readDocument(text, env);
  const plain = valuesOf(document);
  const values: Record<string, unknown> = 'values' in plain && isRecord(plain.values) ? plain.values : {};
  const addressIn = (section: unknown, schema: typeof facadeAdmin) => {
    const written = section === undefined || isRecord(section) ? section?.admin : section;
    // Of broken YAML nobody knows what is left out; a default may be another facade's address.
    if (written === undefined && document.broken.length > 0) return undefined;
    return schema.safeParse(written).data;
  };
  return {
    facade: addressIn(values.facade, facadeAdmin),
    worker: addressIn(values.worker, workerAdmin),
    hasData: isRecord(values.data) && hasKeys(values.data),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasKeys(record: object): boolean {
  return Object.keys(record).length > 0;
}
