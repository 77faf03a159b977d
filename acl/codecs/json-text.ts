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

const SPACE = '[ \\t\\n\\r]*';
const STRING = '"[^"\\\\\\u0000-\\u001f]*(?:\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\\\\u0000-\\u001f]*)*"';
const SCALAR = `(?:${STRING}|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null)`;

/** RFC 8259's grammar with at most `depth` levels of objects and arrays. */
function grammar(depth: number): string {
  if (depth === 0) return SCALAR;
  const value = `${SPACE}${grammar(depth - 1)}${SPACE}`;
  const member = `${SPACE}${STRING}${SPACE}:${value}`;
  const list = (element: string) => `(?:${element}(?:,${element})*|${SPACE})`;
  return `(?:${SCALAR}|\\{${list(member)}\\}|\\[${list(value)}\\])`;
}

const SHALLOW_JSON = new RegExp(`^${SPACE}${grammar(3)}${SPACE}$`);

/** Shallow JSON is told by its shape, several times as fast as by building the objects. */
function isJson(value: string): boolean {
  if (SHALLOW_JSON.test(value)) return true;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
