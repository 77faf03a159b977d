/** Reads, expands and validates one config file. All problems are reported together. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type KitError, messageOf } from '../errors.ts';
import { readDocument, valuesOf } from './document.ts';
import { ConfigInvalidError, configErrors } from './errors.ts';
import { placed } from './problems.ts';
import { type RouteCheck, type Standing, separate, whole } from './quarantine.ts';
import type { StranglerConfig } from './schema/config.ts';
import { withSidecarUpstream } from './sidecar-only.ts';
import { validate } from './validate.ts';

/** A valid config and where it came from. */
export interface LoadedConfig extends Standing {
  config: StranglerConfig;
  /** The file's absolute path. */
  file: string;
  /** The file's folder; paths in the config start here. */
  directory: string;
  /** The first 12 hex digits of the SHA-256 of the expanded text. */
  version: string;
  /** Milliseconds since the epoch. */
  loadedAt: number;
}

/** How an edit is taken while a good version is in force: routes that it breaks go back to their last good form. */
export interface Reload {
  before: Standing;
  check: RouteCheck;
}

/** Loads a config file. Raises CONFIG_UNREADABLE or CONFIG_INVALID (with `problems`). */
export async function loadConfig(
  file: string,
  env: Record<string, string | undefined>,
): Promise<LoadedConfig> {
  const absolute = path.resolve(file);
  const text = await readFile(absolute, 'utf8').catch((error) => {
    throw unreadable(absolute, error);
  });
  return loadText(text, absolute, env);
}

/** The config of a text that was read from the file. Raises CONFIG_INVALID. */
export function loadText(
  text: string,
  file: string,
  env: Record<string, string | undefined>,
  reload?: Reload,
): LoadedConfig {
  const { expanded, ...parsed } = parseConfig(text, file, env, reload);
  const version = createHash('sha256').update(expanded).digest('hex').slice(0, 12);
  return { ...parsed, file, directory: path.dirname(file), version, loadedAt: Date.now() };
}

/** CONFIG_UNREADABLE with the reason that the file system gave. */
export function unreadable(file: string, error: unknown): KitError {
  return configErrors.error('CONFIG_UNREADABLE', { file, reason: messageOf(error) }, error);
}

/** Validates a config's text; `file` only names it in messages. Raises CONFIG_INVALID. */
export function parseConfig(
  text: string,
  file: string,
  env: Record<string, string | undefined>,
  reload?: Reload,
) {
  const document = readDocument(text, env);
  if (document.broken.length > 0) throw new ConfigInvalidError(file, document.broken);
  const plain = valuesOf(document);
  if ('broken' in plain) throw new ConfigInvalidError(file, plain.broken);

  const { doc, lines, unset, expanded } = document;
  const values = withSidecarUpstream(plain.values);
  const valid = validate(values, unset);
  const clashes = 'config' in valid && reload !== undefined && reload.check(valid.config.routes).size > 0;
  const mended =
    'config' in valid && !clashes
      ? undefined
      : reload && separate(values, document, reload.before, reload.check);
  if (mended !== undefined) return { ...mended, expanded };
  if ('config' in valid) return { ...whole(values, valid.config), expanded };
  throw new ConfigInvalidError(file, [...unset, ...valid.findings.map((one) => placed(one, doc, lines))]);
}
