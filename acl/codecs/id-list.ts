/** Pure. A comma list of ids in one column ↔ one row for each id in a table of its own. */
import { defineCodec, refuse } from '../codec.ts';
import type { Row } from '../value.ts';
import { isIntegerBetween } from './integer.ts';

const HIGHEST = 18446744073709551615n;

/**
 * `'7,3'` ↔ rows `{position: '1', id: '7'}, {position: '2', id: '3'}`; `''` ↔ no rows. Decoding takes blanks
 * around the ids, so a column with such writings is to be mapped as `inexact`; encoding goes by position.
 */
export function idList({ id, position }: { id: string; position: string }) {
  const accepts = 'whole numbers joined by commas, or nothing';
  const produces = `rows with different whole numbers in ${position} and whole numbers in ${id}`;
  const isId = (value: unknown): value is string =>
    typeof value === 'string' && isIntegerBetween(value, 0n, HIGHEST);
  return defineCodec({
    input: ['text', accepts],
    output: ['rows', produces],
    decode: (value) => {
      if (value === '') return [];
      return value.split(',').map((part, index) => {
        const digits = part.trim();
        return isId(digits) ? { [position]: String(index + 1), [id]: digits } : refuse(accepts);
      });
    },
    encode: (rows) => {
      if (!rows.every((row) => isId(row[id]) && isId(row[position]))) return refuse(produces);
      const sorted = [...rows].sort((a, b) => byPosition(a, b, position));
      const repeats = sorted.some(
        (row, index) => index > 0 && row[position] === sorted[index - 1]![position],
      );
      return repeats ? refuse(produces) : sorted.map((row) => row[id]).join(',');
    },
  });
}

function byPosition(a: Row, b: Row, position: string): number {
  const [left, right] = [BigInt(a[position] as string), BigInt(b[position] as string)];
  return left < right ? -1 : left > right ? 1 : 0;
}
