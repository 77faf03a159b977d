/** Pure. DATETIME and TIMESTAMP columns as text with the column's fractional digits. */
import { defineCodec, refuse } from '../codec.ts';
import { isDay } from './calendar.ts';

/** Fractional digits of a DATETIME column. */
export type Fraction = 0 | 1 | 2 | 3 | 4 | 5 | 6;

const SHAPE = /^\d{4}-\d\d-\d\d (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/;

/** Whether the text is a moment that exists, with exactly these fractional digits. */
export function isMoment(value: string, fraction: Fraction): boolean {
  return (
    value.length === (fraction === 0 ? 19 : 20 + fraction) &&
    SHAPE.test(value) &&
    isDay(+value.slice(0, 4), +value.slice(5, 7), +value.slice(8, 10))
  );
}

/** How a moment with these digits is written, for messages. */
export function momentWords(fraction: Fraction): string {
  return `a moment that exists as YYYY-MM-DD hh:mm:ss${fraction === 0 ? '' : `.${'f'.repeat(fraction)}`}`;
}

/** A moment, unchanged; the zero date is refused (see `zeroDate`). */
export function timestamp({ fraction = 0 }: { fraction?: Fraction } = {}) {
  const expected = momentWords(fraction);
  const check = (value: string) => (isMoment(value, fraction) ? value : refuse(expected));
  return defineCodec({ input: ['text', expected], output: ['text', expected], decode: check, encode: check });
}
