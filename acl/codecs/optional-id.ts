/** Pure. References to another row where 0 stands for "none". */
import { defineCodec, refuse } from '../codec.ts';

const ID = /^[1-9]\d{0,19}$/;

/** `'0'` ↔ NULL, any other id unchanged. */
export function optionalId() {
  const accepts = 'a whole number without sign, 0 for none';
  const produces = 'a whole number from 1, or NULL';
  return defineCodec({
    input: ['text', accepts],
    output: ['text or null', produces],
    decode: (value) => (value === '0' ? null : ID.test(value) ? value : refuse(accepts)),
    encode: (value) => (value === null ? '0' : ID.test(value) ? value : refuse(produces)),
  });
}
