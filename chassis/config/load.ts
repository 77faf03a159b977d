/** Reads, expands and validates one config file. All problems are reported together. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../errors.ts';
import { crossReferenceProblems } from './cross-references.ts';
import { expandEnv } from './env.ts';
import { ConfigInvalidError, configErrors } from './errors.ts';
import { type ConfigProblem, problemsOf } from './problems.ts';
import { configSchema, type StranglerConfig } from './schema/config.ts';

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
    throw configErrors.error('CONFIG_UNREADABLE', { file: absolute, reason: messageOf(error) }, error);
  });
  const { config, expanded } = parseConfig(text, absolute, env);
  const version = createHash('sha256').update(expanded).digest('hex').slice(0, 12);
  return { config, file: absolute, directory: path.dirname(absolute), version, loadedAt: Date.now() };
}

/** Validates a config's text; `file` only names it in messages. Raises CONFIG_INVALID. */
export function parseConfig(text: string, file: string, env: Record<string, string | undefined>) {
  const { text: expanded, missing } = expandEnv(text, env);
  const lines = new LineCounter();
  const doc = parseDocument(expanded, { lineCounter: lines, prettyErrors: false });
  if (doc.errors.length > 0)
    throw new ConfigInvalidError(
      file,
      doc.errors.map((error) => yamlProblem(error, lines)),
    );

  const written = doc.toJS();
  const result = configSchema.safeParse(written, { reportInput: true });
  const unset = missing.map(unsetProblem);
  const invalid = problemsOf(result.error?.issues ?? [], crossReferenceProblems(written), doc, lines);
  // A key whose variable is unset is reported once, as unset, and not again as malformed.
  const problems = [...unset, ...invalid.filter(({ line }) => !unset.some((known) => known.line === line))];
  if (problems.length > 0 || !result.success) throw new ConfigInvalidError(file, problems);
  return { config: deepFreeze(result.data), expanded };
}

function yamlProblem(error: { message: string; pos: [number, number] }, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  return {
    line,
    column: col,
    path: '',
    message: `found broken YAML (${error.message}), expected valid YAML 1.2`,
  };
}

function unsetProblem({ name, line, column }: { name: string; line: number; column: number }): ConfigProblem {
  return {
    line,
    column,
    path: '',
    message: `found \${${name}} without a value, expected the environment to set ${name} (or write \${${name}:-default})`,
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
