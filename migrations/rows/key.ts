/** Pure. A row's key as text: what chunks, the quarantine and messages name a row by. */
import type { Row, Value } from '../../acl/value.ts';

/** The values of the named columns. */
export function keyOf(row: Row, names: readonly string[]): Value[] {
  return names.map((name) => row[name] ?? null);
}

/** One text for each key, and one key for each text: JSON, bytes as `{"hex":"..."}`. */
export function keyText(key: readonly Value[]): string {
  return JSON.stringify(
    key.map((value) => (Buffer.isBuffer(value) ? { hex: value.toString('hex') } : value)),
  );
}

/** The key that `keyText` wrote. */
export function parseKey(text: string): Value[] {
  const values = JSON.parse(text) as (string | null | { hex: string })[];
  return values.map((value) =>
    value !== null && typeof value === 'object' ? Buffer.from(value.hex, 'hex') : value,
  );
}

/** A key for people: `42`, or `42, 7` when it has several columns. */
export function showKey(key: readonly Value[]): string {
  return key
    .map((value) => (Buffer.isBuffer(value) ? `0x${value.toString('hex')}` : String(value)))
    .join(', ');
}
