/** Pure. Money as whole cents on one side and as a decimal with places on the other. */
import { defineCodec, refuse } from '../codec.ts';

/**
 * Whole minor units ↔ decimal text: `'1234'` ↔ `'12.34'`, `'-5'` ↔ `'-0.05'`.
 * @param scale decimal places of the decimal column, at least 1
 * @param digits most digits of the decimal column in all (its precision), and of the integer
 */
export function cents({ scale = 2, digits = 12 }: { scale?: number; digits?: number } = {}) {
  const whole = new RegExp(`^(?:0|-?[1-9]\\d{0,${digits - 1}})$`);
  const decimal = new RegExp(`^-?(?:0|[1-9]\\d{0,${digits - scale - 1}})\\.\\d{${scale}}$`);
  const accepts = `whole cents of at most ${digits} digits`;
  const produces = `a decimal with ${scale} places and at most ${digits} digits`;
  return defineCodec({
    input: ['text', accepts],
    output: ['text', produces],
    decode: (value) => (whole.test(value) ? withPoint(value, scale) : refuse(accepts)),
    encode: (value) => (decimal.test(value) ? withoutPoint(value) : refuse(produces)),
  });
}

function withPoint(value: string, scale: number): string {
  const negative = value.startsWith('-');
  const padded = (negative ? value.slice(1) : value).padStart(scale + 1, '0');
  const point = padded.length - scale;
  return `${negative ? '-' : ''}${padded.slice(0, point)}.${padded.slice(point)}`;
}

function withoutPoint(value: string): string {
  const unsigned = value.replace(/[-.]/g, '').replace(/^0+(?=\d)/, '');
  return value.startsWith('-') && unsigned !== '0' ? `-${unsigned}` : unsigned;
}
