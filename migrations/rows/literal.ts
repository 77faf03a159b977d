/** Pure. Values as SQL literals, for statements too hot or too long for placeholders. */
import type { Value } from '../../acl/value.ts';
import type { ColumnKind } from './column.ts';

const SPECIAL = /[\0'\\]/;
const SPECIALS = /[\0'\\]/g;

/** A quoted literal; needs a session without NO_BACKSLASH_ESCAPES and with utf8mb4. */
export function literal(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return value.length === 0 ? "''" : `x'${value.toString('hex')}'`;
  return SPECIAL.test(value) ? `'${value.replace(SPECIALS, escapeChar)}'` : `'${value}'`;
}

// As many digits as every server takes in a bare number.
const NUMBER = /^-?\d{1,40}(?:\.\d{1,20})?$/;

/** A literal for a column of exact numbers: bare where it is one, which the server reads faster. */
export function numberLiteral(value: Value): string {
  return typeof value === 'string' && NUMBER.test(value) ? value : literal(value);
}

/** A literal to compare a key column with: numbers bare, since a quoted one may be compared as a double. */
export function keyLiteral(kind: ColumnKind, value: Value): string {
  if (kind === 'number' && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return value;
  return literal(value);
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function escapeChar(char: string): string {
  return char === '\0' ? '\\0' : `\\${char}`;
}
