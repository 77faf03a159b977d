import { expect } from 'chai';
import fc from 'fast-check';
import { textsOf } from '../../../../facade/forwarding/undici-head.ts';

const part = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));
const parts = fc.array(part, { maxLength: 20 });
const expected = (raw: readonly Buffer[]) => raw.map((one) => one.toString('latin1'));

/** The same bytes as views of one piece of memory, with others before, between and behind them. */
function inOnePiece(raw: readonly Buffer[], gap: Buffer): Buffer[] {
  const memory = Buffer.concat([gap, ...raw.flatMap((one) => [one, gap])]);
  let at = gap.length;
  return raw.map((one) => {
    const view = memory.subarray(at, at + one.length);
    at += one.length + gap.length;
    return view;
  });
}

describe('The head of an answer from undici', () => {
  it('is one character a byte, wherever its parts lie', () => {
    fc.assert(
      fc.property(parts, part, fc.boolean(), (raw, gap, reversed) => {
        const together = inOnePiece(raw, gap);
        const some = reversed ? together.reverse() : together;
        expect(textsOf(some)).to.deep.equal(expected(some));
        expect(textsOf(raw)).to.deep.equal(expected(raw));
        const mixed = [...together, ...raw];
        expect(textsOf(mixed)).to.deep.equal(expected(mixed));
      }),
    );
  });
});
