/** Pure. JSON in text columns, byte for byte: parsing is only the check, numbers keep their digits. */
import { defineCodec, refuse } from '../codec.ts';

/** JSON text, unchanged; with `empty: 'null'` the empty text ↔ NULL. */
export function jsonText({ empty = 'refuse' }: { empty?: 'refuse' | 'null' } = {}) {
  const expected = 'JSON';
  const check = (value: string) => (isJson(value) ? value : refuse(expected));
  if (empty === 'refuse') {
    return defineCodec({
      input: ['text or null', expected],
      output: ['text or null', expected],
      decode: (value) => (value === null ? refuse(expected) : check(value)),
      encode: (value) => (value === null ? refuse(expected) : check(value)),
    });
  }
  return defineCodec({
    input: ['text or null', 'JSON or the empty text'],
    output: ['text or null', 'JSON or NULL'],
    decode: (value) =>
      value === null ? refuse('JSON or the empty text') : value === '' ? null : check(value),
    encode: (value) => (value === null ? '' : check(value)),
  });
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
