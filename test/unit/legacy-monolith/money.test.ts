import { expect } from 'chai';
import fc from 'fast-check';
import { cents, decimal, gross } from '../../../legacy-monolith/money.ts';

describe('legacy monolith: money', () => {
  const amount = fc.integer({ min: 0, max: 99_999_999 });

  it('reads the decimals that it writes', () => {
    fc.assert(fc.property(amount, (n) => cents(decimal(n)) === n));
    expect(decimal(-5)).to.equal('-0.05');
    expect([cents('12'), cents('12.3'), cents('12.34')]).to.deep.equal([1200, 1230, 1234]);
  });

  it('reads nothing else', () => {
    for (const text of ['', '.5', '1.', '1.234', '-1', '1,00', '1e3', ' 1', '1234567', 12, null]) {
      expect(cents(text), String(text)).to.equal(undefined);
    }
  });

  it('adds the tax exactly, half a cent up', () => {
    const rate = fc.integer({ min: 0, max: 9999 });
    fc.assert(
      fc.property(amount, rate, (net, hundredths) => {
        const exact = (BigInt(net) * BigInt(10_000 + hundredths) * 2n + 10_000n) / 20_000n;
        return gross(net, decimal(hundredths)) === Number(exact);
      }),
    );
    expect(gross(50, '1.00')).to.equal(51);
    expect(gross(49, '1.00')).to.equal(49);
  });
});
