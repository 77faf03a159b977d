import { expect } from 'chai';
import fc from 'fast-check';
import {
  duration,
  factor,
  LONGEST_TIMER_MS,
  listenAddress,
  longDuration,
  percentage,
  show,
} from '../../../../chassis/config/schema/quantities.ts';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('quantities of the config', () => {
  it('read durations of whole units exactly', () => {
    const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    const unit = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
    fc.assert(
      fc.property(
        fc.nat(100_000),
        unit,
        (amount, name) => longDuration.parse(`${amount}${name}`) === amount * units[name],
      ),
    );
    expect(duration.parse('1.5s')).to.equal(1_500);
    expect(duration.parse('1000ms')).to.equal(duration.parse('1s'));
  });

  it('read no duration that a timer cannot wait for, nor a fifth more', () => {
    fc.assert(
      fc.property(fc.nat(40_000), (minutes) => {
        const fits = minutes * 60_000 <= LONGEST_TIMER_MS;
        return accepts(duration, `${minutes}m`) === fits;
      }),
    );
    expect(LONGEST_TIMER_MS * 1.2).to.be.lessThan(2 ** 31);
    expect(duration.safeParse('30d').error?.issues[0]?.message).to.equal('expected at most 20d');
  });

  it('read percentages as fractions from 0 to 1', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 100 }), (n) => percentage.parse(`${n}%`) === n / 100));
    expect(percentage.parse('0.5%')).to.equal(0.005);
    expect(accepts(percentage, '101%')).to.equal(false);
  });

  it('read factors', () => {
    expect([factor.parse('1.2x'), factor.parse('8x')]).to.deep.equal([1.2, 8]);
  });

  it('read addresses, those of IPv6 in brackets', () => {
    expect(listenAddress.parse('127.0.0.1:8080')).to.deep.equal({ host: '127.0.0.1', port: 8080 });
    expect(listenAddress.parse('[::1]:0')).to.deep.equal({ host: '::1', port: 0 });
    expect(listenAddress.parse('localhost:65535').port).to.equal(65_535);
    for (const wrong of ['8080', ':8080', '127.0.0.1', 'a:65536', '::1:80', 'a b:1']) {
      expect(accepts(listenAddress, wrong), wrong).to.equal(false);
    }
  });

  it('refuse everything that is not written so', () => {
    const wrong = [
      '',
      '-1s',
      '1',
      '1 s',
      '1sec',
      '1e3ms',
      's',
      '1.s',
      '%',
      '1',
      '-1%',
      'x',
      '1.2',
      ' 1s',
      5,
      null,
    ];
    for (const value of wrong) {
      for (const schema of [duration, percentage, factor])
        expect(accepts(schema, value), String(value)).to.equal(false);
    }
  });

  it('are shown short, and never with the credentials of a URL', () => {
    expect(show(undefined)).to.equal('nothing');
    expect(show('x'.repeat(200))).to.have.length(80);
    expect(show({ a: 1 })).to.equal('{"a":1}');
    expect(show(10n)).to.equal('10');
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{1,20}$/), (secret) => {
        expect(show(`mysql://u:PW${secret}PW@host/db`)).to.not.include('PW');
      }),
    );
    expect(show({ url: 'mysql://u:secret@host/db' })).to.not.include('secret');
  });
});
