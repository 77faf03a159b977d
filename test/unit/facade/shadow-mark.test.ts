import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { createShadowMarks, shadowMarkKey } from '../../../facade/shadow/shadow-mark.ts';

const DAY_MS = 24 * 60 * 60_000;
const NOW = Date.UTC(2027, 0, 1, 12, 0, 30);

/** The marks of a facade with this token, whose clock shows this. */
const marks = (token: string, at = NOW) => createShadowMarks(shadowMarkKey(token), () => at);

describe('The mark on shadow calls', () => {
  it('is known to facades with the same token, and to no others', () => {
    const token = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(token, token, (one, other) => {
        const mark = marks(one).make();
        expect(marks(one).isOwn(mark)).to.equal(true);
        expect(marks(other).isOwn(mark)).to.equal(one === other);
      }),
    );
  });

  it('is known where the clock is up to a day off, and not for ever', () => {
    const mark = marks('a').make();
    for (const off of [-DAY_MS, -60_000, 0, 1, 60_000, DAY_MS])
      expect(marks('a', NOW + off).isOwn(mark), `${off} ms`).to.equal(true);
    for (const off of [-2 * DAY_MS, 2 * DAY_MS])
      expect(marks('a', NOW + off).isOwn(mark), `${off} ms`).to.equal(false);
  });

  it('is another after a while', () => {
    let now = NOW;
    const clock = createShadowMarks(shadowMarkKey('a'), () => now);
    const first = clock.make();
    expect(clock.make()).to.equal(first);
    now += 60_000;
    expect(clock.make()).not.to.equal(first);
  });

  it('is nothing that somebody wrote without the key', () => {
    const [period, hmac] = marks('a').make().split('.');
    const forged = [
      undefined,
      '',
      '.',
      hmac,
      `${period}.`,
      `${period}.00`,
      `.${hmac}`,
      `x.${hmac}`,
      `NaN.${hmac}`,
    ];
    for (const header of [
      ...forged,
      `${Number(period) + 1}.${hmac}`,
      `${period}.${hmac}00`,
      [`${period}.${hmac}`],
    ])
      expect(marks('a').isOwn(header as string), String(header)).to.equal(false);
  });

  it('is not made with the token itself, which candidates are never to see', () => {
    const token = 'an-admin-token-of-some-length';
    const [period, sent] = marks(token).make().split('.');
    expect(sent).not.to.equal(createHmac('sha256', token).update(period!).digest('hex'));
    expect(shadowMarkKey(token)).to.have.length(32);
  });
});
