import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { currentRequestId, requestIdOf, withRequestId } from '../../../chassis/request-id.ts';

describe('request id', () => {
  it('is the incoming one when it is one', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/);
    fc.assert(fc.property(id, (one) => requestIdOf(one, () => 'new') === one));
  });

  it('is a new one for anything else', () => {
    const wrong = ['', 'a b', 'a\nb', 'a"b', 'é', 'x'.repeat(129), undefined, ['a', 'b']];
    for (const value of wrong)
      expect(
        requestIdOf(value, () => 'new'),
        String(value),
      ).to.equal('new');
    const anything = fc.string().filter((one) => !/^[\w.-]{1,128}$/.test(one));
    fc.assert(fc.property(anything, (one) => requestIdOf(one, () => 'new') === 'new'));
  });

  it('is that of the request being served, across awaits, and of no other', async () => {
    const serve = (id: string, pause: number) =>
      withRequestId(id, async () => {
        await delay(pause);
        const before = currentRequestId();
        const inner = withRequestId(`${id}.inner`, () => currentRequestId());
        await delay(pause);
        return [before, inner, currentRequestId()];
      });
    const seen = await Promise.all([serve('a', 3), serve('b', 1)]);
    expect(seen).to.deep.equal([
      ['a', 'a.inner', 'a'],
      ['b', 'b.inner', 'b'],
    ]);
    expect(currentRequestId()).to.equal(undefined);
  });
});
