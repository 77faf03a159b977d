/** Reads, expands and validates one config file. All problems are reported together. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type KitError, messageOf } from '../errors.ts';
import { crossReferenceProblems } from './cross-references.ts';
import { readDocument, valuesOf } from './document.ts';
import { ConfigInvalidError, configErrors } from './errors.ts';
import { problemsOf } from './problems.ts';
import { configSchema, type StranglerConfig } from './schema/config.ts';
import { withSidecarUpstream } from './sidecar-only.ts';

/** A valid config and where it came from. */
export interface LoadedConfig {
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
export function loadText(text: string, file: string, env: Record<string, string | undefined>): LoadedConfig {
  const { config, expanded } = parseConfig(text, file, env);
  const version = createHash('sha256').update(expanded).digest('hex').slice(0, 12);
  return { config, file, directory: path.dirname(file), version, loadedAt: Date.now() };
}

/** CONFIG_UNREADABLE with the reason that the file system gave. */
export function unreadable(file: string, error: unknown): KitError {
  return configErrors.error('CONFIG_UNREADABLE', { file, reason: messageOf(error) }, error);
}

/** Validates a config's text; `file` only names it in messages. Raises CONFIG_INVALID. */
export function parseConfig(text: string, file: string, env: Record<string, string | undefined>) {
  const document = readDocument(text, env);
  if (document.broken.length > 0) throw new ConfigInvalidError(file, document.broken);
  const written = valuesOf(document);
  if ('broken' in written) throw new ConfigInvalidError(file, written.broken);

  const { doc, lines, unset, expanded } = document;
  const values = withSidecarUpstream(written.values);
  const result = configSchema.safeParse(values, { reportInput: true });
  const crossing = crossReferenceProblems(values);
  const invalid = problemsOf(result.error?.issues ?? [], crossing, doc, lines);
  // A value whose variable is unset is reported once, as unset, and not again as malformed.
  const own = invalid.filter(({ message }) => !unset.some((known) => message.includes(known.written)));
  const problems = [...unset, ...own];
  if (problems.length > 0 || !result.success) throw new ConfigInvalidError(file, problems);
  return { config: deepFreeze(result.data), expanded };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
