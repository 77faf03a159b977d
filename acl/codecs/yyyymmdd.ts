/** Pure. Days as integers such as 20240131, where 0 means unknown. */
import { defineCodec, refuse } from '../codec.ts';
import { isDay } from './calendar.ts';

const INTEGER = /^[1-9]\d{7}$/;
const DATE = /^([1-9]\d{3})-(\d\d)-(\d\d)$/;

/** `'20240131'` ↔ `'2024-01-31'`, `'0'` ↔ NULL; days that do not exist are refused. Years 1000 to 9999. */
export function yyyymmdd() {
  const accepts = 'a day that exists as YYYYMMDD, or 0';
  const produces = 'a day that exists as YYYY-MM-DD, or NULL';
  return defineCodec({
    input: ['text', accepts],
    output: ['text or null', produces],
    decode: (value) => {
      if (value === '0') return null;
      const [year, month, day] = [value.slice(0, 4), value.slice(4, 6), value.slice(6)];
      return INTEGER.test(value) && isDay(+year, +month, +day) ? `${year}-${month}-${day}` : refuse(accepts);
    },
    encode: (value) => {
      if (value === null) return '0';
      const parts = DATE.exec(value);
      if (!parts || !isDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))) return refuse(produces);
      return `${parts[1]}${parts[2]}${parts[3]}`;
    },
  });
}
