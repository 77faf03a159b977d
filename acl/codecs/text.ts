/** Pure. Text columns: length in characters, and what a latin1 column can hold. */
import { defineCodec, refuse } from '../codec.ts';

/**
 * What MySQL and MariaDB call latin1: Windows-1252, with its five unassigned bytes as control characters.
 * https://dev.mysql.com/doc/refman/8.4/en/charset-we-sets.html
 */
const NOT_LATIN1 = /(?![€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ])[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f\u0100-\u{10ffff}]/u;

/** Text of at most `max` characters; with `charset: 'latin1'` the way back refuses what latin1 lacks. */
export function text({ max, charset = 'utf8mb4' }: { max: number; charset?: 'utf8mb4' | 'latin1' }) {
  const expected = `at most ${max} characters`;
  const fits = (value: string) =>
    value.length <= max || [...value].length <= max ? value : refuse(expected);
  return defineCodec({
    input: ['text', `text of ${expected}`],
    output: ['text', `text of ${expected}`],
    decode: fits,
    encode: (value) =>
      charset === 'utf8mb4' || !NOT_LATIN1.test(value) ? fits(value) : refuse('characters of latin1 only'),
  });
}
