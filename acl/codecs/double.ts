/** Pure. DOUBLE columns as text; the server's own writing is passed on, so no digit is lost on the way. */
import { defineCodec, refuse } from '../codec.ts';

const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** A finite floating point number as text, unchanged. */
export function double() {
  const expected = 'a floating point number';
  const check = (value: string) =>
    NUMBER.test(value) && Number.isFinite(Number(value)) ? value : refuse(expected);
  return defineCodec({ input: ['text', expected], output: ['text', expected], decode: check, encode: check });
}
