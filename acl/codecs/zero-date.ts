/** Pure. Moments whose "unknown" is the zero date on one side and NULL on the other. */
import { defineCodec, refuse } from '../codec.ts';
import { type Fraction, isMoment, momentWords } from './timestamp.ts';

const ZERO = /^0000-00-00 00:00:00(?:\.0+)?$/;

/** `'0000-00-00 00:00:00'` ↔ NULL, any other moment unchanged; partly zero dates are refused. */
export function zeroDate({ fraction = 0 }: { fraction?: Fraction } = {}) {
  const zero = `0000-00-00 00:00:00${fraction === 0 ? '' : `.${'0'.repeat(fraction)}`}`;
  const accepts = `${momentWords(fraction)}, or the zero date`;
  const produces = `${momentWords(fraction)}, or NULL`;
  return defineCodec({
    input: ['text', accepts],
    output: ['text or null', produces],
    decode: (value) => (isMoment(value, fraction) ? value : ZERO.test(value) ? null : refuse(accepts)),
    encode: (value) => (value === null ? zero : isMoment(value, fraction) ? value : refuse(produces)),
  });
}
