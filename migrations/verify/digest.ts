/** Pure. One short text for many rows, different as soon as one value of one row is. */
import { createHash } from 'node:crypto';
import type { Row, Value } from '../../acl/value.ts';
import type { Column } from '../rows/column.ts';

/** One target row with its canonical key. */
export interface Unit {
  key: string;
  row: Row;
}

/** 64 bits of SHA-256 over length-prefixed fields, rows in the order of their keys, as 16 hex digits. */
export function digestUnits(units: readonly Unit[], columns: readonly Column[]): string {
  const hash = createHash('sha256');
  const sorted = [...units].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  let text = '';
  for (const { row } of sorted) {
    for (const column of columns) text += field(comparable(column, row[column.name] ?? null));
    if (text.length < 1_000_000) continue;
    hash.update(text);
    text = '';
  }
  return hash.update(text).digest('hex').slice(0, 16);
}

/**
 * The form in which two writings of one stored value are equal: numbers without idle zeros, times without idle
 * fraction digits, single-precision floats as such. What the server would round stays different.
 */
export function comparable({ kind }: Pick<Column, 'kind'>, value: Value): string | null {
  if (value === null) return null;
  const text =
    typeof value === 'string' ? value : kind === 'bytes' ? value.toString('latin1') : value.toString('utf8');
  switch (kind) {
    case 'number':
      return number(text);
    case 'float':
      return String(Math.fround(Number(text)));
    case 'double':
      return String(Number(text));
    case 'time':
      return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
    case 'bytes':
      return typeof value === 'string' ? Buffer.from(value, 'utf8').toString('latin1') : text;
    default:
      return text;
  }
}

function number(text: string): string {
  const whole = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const bare = whole.replace(/^(-?)0+(?=\d)/, '$1');
  return bare === '-0' ? '0' : bare;
}

/** The length keeps "ab" + "c" apart from "a" + "bc", the marks keep NULL apart from every text. */
function field(value: string | null): string {
  return value === null ? '~' : `${value.length}:${value}`;
}
