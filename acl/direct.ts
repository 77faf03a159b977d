/** Pure. Codecs as plain functions, the bricks of a compiled table. */
import { z } from 'zod';
import { type Codec, directPair } from './codec.ts';

/** A codec's function for one direction; through its schema where it has no plain one. */
export function directFunction(
  direction: 'decode' | 'encode',
  codec: Codec | undefined,
): (value: unknown) => unknown {
  if (!codec) return present;
  return directPair(codec)?.[direction] ?? ((value) => z[direction](codec, value));
}

/** The value, which must be there. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no such column');
  return value;
}

/** The result, or undefined when the value is refused. */
export function attempt(translate: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return translate(value);
  } catch {
    return undefined;
  }
}
