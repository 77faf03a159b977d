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

/** A check for whole numbers as the server writes them, between the limits. */
export function integerBetween(low: bigint, high: bigint): (value: string) => boolean {
  // Fewer digits than the upper limit has is in range without counting.
  const surelyWithin = low <= 0n ? new RegExp(`^(?:0|[1-9]\\d{0,${String(high).length - 2}})$`) : /^$/;
  return (value) =>
    surelyWithin.test(value) || (CANONICAL.test(value) && isBetween(BigInt(value), low, high));
}

function isBetween(value: bigint, low: bigint, high: bigint): boolean {
  return value >= low && value <= high;
}

/** An integer that stays as it is, checked against the range of both columns' type. */
export function integer(type: IntegerType) {
  const [low, high] = RANGES[type];
  const expected = `a whole number from ${low} to ${high} (${type})`;
  const isWithin = integerBetween(low, high);
  const check = (value: string): string => (isWithin(value) ? value : refuse(expected));
  return defineCodec({ input: ['text', expected], output: ['text', expected], decode: check, encode: check });
}
