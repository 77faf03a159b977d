/** Pure. A comma list of ids in one column ↔ one row for each id in a table of its own. */
import { defineCodec, refuse } from '../codec.ts';
import type { Row, Value } from '../value.ts';
import { integerBetween } from './integer.ts';

const isId = integerBetween(0n, 18446744073709551615n);

/**
 * `'7,3'` ↔ rows `{position: '1', id: '7'}, {position: '2', id: '3'}`; `''` ↔ no rows. Decoding takes blanks
 * around the ids, so a column with such writings is to be mapped as `inexact`; encoding goes by position.
 */
export function idList({ id, position }: { id: string; position: string }) {
  const accepts = 'whole numbers joined by commas, or nothing';
  const produces = `rows with different whole numbers in ${position} and whole numbers in ${id}`;
  const isRow = (row: Row) => isIdValue(row[id]) && isIdValue(row[position]);
  return defineCodec({
    input: ['text', accepts],
    output: ['rows', produces],
    decode: (value) => {
      if (value === '') return [];
      return value.split(',').map((part, index) => {
        const digits = isId(part) ? part : part.trim();
        return isId(digits) ? { [position]: String(index + 1), [id]: digits } : refuse(accepts);
      });
    },
    encode: (rows) => {
      if (!rows.every(isRow)) return refuse(produces);
      const sorted = inOrder(rows, position) ?? refuse(produces);
      return sorted.map((row) => row[id]).join(',');
    },
  });
}

function isIdValue(value: Value | undefined): boolean {
  return typeof value === 'string' && isId(value);
}

/** The rows by position; undefined when two share one. */
function inOrder(rows: readonly Row[], position: string): readonly Row[] | undefined {
  if (rows.every((row, index) => row[position] === String(index + 1))) return rows;
  const sorted = [...rows].sort((a, b) => byPosition(a, b, position));
  const repeats = sorted.some((row, index) => index > 0 && row[position] === sorted[index - 1]![position]);
  return repeats ? undefined : sorted;
}

function byPosition(a: Row, b: Row, position: string): number {
  const [left, right] = [BigInt(a[position] as string), BigInt(b[position] as string)];
  return left < right ? -1 : left > right ? 1 : 0;
}
