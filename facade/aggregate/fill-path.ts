/** Pure. Fills the path of a part. Whatever a value is, it stays inside its segment or query parameter. */
import type { PathPiece } from '../../chassis/config/schema/part-path.ts';
import { isNumberLiteral, type JsonValue, showJson } from '../comparison/lossless-json.ts';

/** Where values come from. */
export interface PathValues {
  /** Segments of the canonical path, still encoded. */
  parameters: ReadonlyMap<string, string>;
  query: URLSearchParams;
  /** The answers of the parts that this one waits for. */
  parts: ReadonlyMap<string, JsonValue>;
}

/** The path, or whose value cannot be used. */
export type FilledPath = { ok: true; path: string } | { ok: false; by: 'client' | 'part' };

const LONGEST_PATH = 8_192;
/** Servers disagree about these even where they are encoded. */
const SEPARATOR = /[/\\\p{Cc}]/u;

/** Puts the values in, percent-encoded. */
export function fillPath(pieces: readonly PathPiece[], values: PathValues): FilledPath {
  let path = '';
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      path += piece.text;
      continue;
    }
    const filled = encoded(textsOf(piece, values), piece.place);
    if (filled === undefined) return { ok: false, by: piece.kind === 'value' ? 'part' : 'client' };
    path += filled;
  }
  // Two values side by side could make one out of what each of them may be alone.
  if (path.length > LONGEST_PATH || /\/\.\.?(?:[/?]|$)/.test(path)) return { ok: false, by: 'client' };
  return { ok: true, path };
}

/** Several values are joined by commas. Undefined when there is none, or one that may not stand there. */
function encoded(texts: readonly (string | undefined)[], place: 'path' | 'query'): string | undefined {
  const distinct = [...new Set(texts)];
  if (distinct.length === 0) return undefined;
  const parts: string[] = [];
  for (const text of distinct) {
    if (text === undefined || !text.isWellFormed()) return undefined;
    if (place === 'path' && (text === '' || text === '.' || text === '..' || SEPARATOR.test(text)))
      return undefined;
    parts.push(encodeURIComponent(text));
  }
  return parts.join(',');
}

function textsOf(piece: Exclude<PathPiece, { kind: 'text' }>, values: PathValues): (string | undefined)[] {
  switch (piece.kind) {
    case 'parameter':
      return [decoded(values.parameters.get(piece.name))];
    case 'query':
      return [values.query.get(piece.name) ?? undefined];
    case 'value':
      return valuesAt(values.parts.get(piece.part), piece.keys).map(scalarText);
  }
}

function decoded(segment: string | undefined): string | undefined {
  if (segment === undefined) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** A key that is not there gives one undefined, so that nothing is left out unnoticed. */
function valuesAt(value: JsonValue | undefined, keys: readonly string[]): (JsonValue | undefined)[] {
  const [key, ...rest] = keys;
  if (key === undefined) return [value];
  if (key.startsWith('[')) return elementsAt(value, key.slice(1, -1)).flatMap((one) => valuesAt(one, rest));
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isNumberLiteral(value))
    return [undefined];
  return Object.hasOwn(value, key) ? valuesAt(value[key], rest) : [undefined];
}

/** All of a list, or the one at an index. */
function elementsAt(value: JsonValue | undefined, index: string): (JsonValue | undefined)[] {
  if (!Array.isArray(value)) return [undefined];
  return index === '' ? value : [value[Number(index)]];
}

function scalarText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || isNumberLiteral(value) ? showJson(value) : undefined;
}
