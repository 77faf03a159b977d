/** Pure. Integer columns: decimal digits as the server writes them, within the column type's range. */
import { defineCodec, refuse } from '../codec.ts';

const RANGES = {
  TINYINT: [-128n, 127n],
  'TINYINT UNSIGNED': [0n, 255n],
  SMALLINT: [-32768n, 32767n],
  'SMALLINT UNSIGNED': [0n, 65535n],
  MEDIUMINT: [-8388608n, 8388607n],
  'MEDIUMINT UNSIGNED': [0n, 16777215n],
  INT: [-2147483648n, 2147483647n],
  'INT UNSIGNED': [0n, 4294967295n],
  BIGINT: [-9223372036854775808n, 9223372036854775807n],
  'BIGINT UNSIGNED': [0n, 18446744073709551615n],
} as const;

/** An integer column's type. */
export type IntegerType = keyof typeof RANGES;

const CANONICAL = /^(?:0|-?[1-9]\d*)$/;
const SAFE_DIGITS = 15;

/** Whether the text is a whole number as the server writes it, between the limits. */
export function isIntegerBetween(value: string, low: bigint, high: bigint): boolean {
  if (!CANONICAL.test(value)) return false;
  const number = value.length <= SAFE_DIGITS ? Number(value) : BigInt(value);
  return number >= low && number <= high;
}

/** An integer that stays as it is, checked against the range of both columns' type. */
export function integer(type: IntegerType) {
  const [low, high] = RANGES[type];
  const expected = `a whole number from ${low} to ${high} (${type})`;
  const safe = low >= BigInt(Number.MIN_SAFE_INTEGER) && high <= BigInt(Number.MAX_SAFE_INTEGER);
  const [least, most] = [Number(low), Number(high)];
  const check = (value: string): string => {
    if (!safe || value.length > SAFE_DIGITS)
      return isIntegerBetween(value, low, high) ? value : refuse(expected);
    const number = CANONICAL.test(value) ? Number(value) : Number.NaN;
    return number >= least && number <= most ? value : refuse(expected);
  };
  return defineCodec({ input: ['text', expected], output: ['text', expected], decode: check, encode: check });
}
