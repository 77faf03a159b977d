/**
 * Pure. The residue: source values that the target has no place for, as JSON text in one target column.
 * A kept writing is only restored while it still means what the target says.
 */
import { sameValue, type Value } from './value.ts';

/** Kept source values by source column. */
export type Kept = Record<string, Value>;

/** The residue as stored: JSON text with bytes as `{"base64": …}`, or null when nothing is kept. */
export function writeResidue(kept: Kept): string | null {
  const columns = Object.keys(kept);
  if (columns.length === 0) return null;
  return JSON.stringify(Object.fromEntries(columns.map((column) => [column, storable(kept[column]!)])));
}

/** Reads a stored residue; what is not a residue counts as nothing kept. */
export function readResidue(stored: Value | undefined): Kept {
  if (typeof stored !== 'string') return {};
  const parsed = parseObject(stored);
  return Object.fromEntries(Object.entries(parsed).flatMap(([column, value]) => restored(column, value)));
}

/** Whether two source values, or two lists of them, are the same. */
export function sameValues(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return sameValue(a as Value, b as Value);
  return a.length === b.length && a.every((value, index) => sameValue(value, b[index]));
}

function storable(value: Value): unknown {
  return Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value;
}

function restored(column: string, value: unknown): [string, Value][] {
  if (typeof value === 'string' || value === null) return [[column, value]];
  const bytes = (value as { base64?: unknown } | undefined)?.base64;
  return typeof bytes === 'string' ? [[column, Buffer.from(bytes, 'base64')]] : [];
}

function parseObject(text: string): object {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
