/** Pure. Yes and no as letters on one side and as a boolean column on the other. */
import { defineCodec, refuseUnknown } from '../codec.ts';

/** `'Y'` ↔ `'1'`, `'N'` ↔ `'0'`, or the two letters given; anything else is unknown. */
export function flag({ yes = 'Y', no = 'N' }: { yes?: string; no?: string } = {}) {
  const accepts = `${yes} or ${no}`;
  return defineCodec({
    input: ['text', accepts],
    output: ['text', '1 or 0'],
    decode: (value) => (value === yes ? '1' : value === no ? '0' : refuseUnknown(accepts)),
    encode: (value) => (value === '1' ? yes : value === '0' ? no : refuseUnknown('1 or 0')),
  });
}
