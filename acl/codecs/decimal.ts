/** Pure. DECIMAL columns: exact text with the column's number of places, never a double. */
import { defineCodec, refuse } from '../codec.ts';

/** Precision (digits in all) and scale (places) of a DECIMAL column. */
export type DecimalType = readonly [precision: number, scale: number];

/** DECIMAL of one precision and scale ↔ DECIMAL of another (default: the same). Places are added as zeros, and only zeros are dropped. */
export function decimal(from: DecimalType, to: DecimalType = from) {
  const [accepts, produces] = [words(from), words(to)];
  const [isFrom, isTo] = [pattern(from), pattern(to)];
  const rescale = (
    value: string,
    is: RegExp,
    is2: RegExp,
    scale: number,
    expected: string,
    result: string,
  ) => {
    if (!is.test(value)) return refuse(expected);
    const rescaled = from[1] === to[1] ? value : withPlaces(value, scale);
    return rescaled !== undefined && is2.test(rescaled)
      ? rescaled
      : refuse(`${expected} that fits ${result}`);
  };
  return defineCodec({
    input: ['text', accepts],
    output: ['text', produces],
    decode: (value) => rescale(value, isFrom, isTo, to[1], accepts, produces),
    encode: (value) => rescale(value, isTo, isFrom, from[1], produces, accepts),
  });
}

function words([precision, scale]: DecimalType): string {
  return `a decimal with ${scale} places and at most ${precision} digits`;
}

function pattern([precision, scale]: DecimalType): RegExp {
  const whole = precision > scale ? `(?:0|[1-9]\\d{0,${precision - scale - 1}})` : '0';
  return new RegExp(`^(?!-0(?:\\.0*)?$)-?${whole}${scale > 0 ? `\\.\\d{${scale}}` : ''}$`);
}

function withPlaces(value: string, scale: number): string | undefined {
  const [whole = '', fraction = ''] = value.split('.');
  if (/[1-9]/.test(fraction.slice(scale))) return undefined;
  return scale === 0 ? whole : `${whole}.${fraction.slice(0, scale).padEnd(scale, '0')}`;
}
