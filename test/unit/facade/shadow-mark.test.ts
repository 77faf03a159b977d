import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { createShadowMarks, shadowMarkKey } from '../../../facade/shadow/shadow-mark.ts';

describe('The mark on shadow calls', () => {
  it('is known to facades with the same token, and to no others', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.string(),
        (token, other, id) => {
          const mark = createShadowMarks(shadowMarkKey(token)).make(id);
          expect(createShadowMarks(shadowMarkKey(token)).isOwn(mark)).to.equal(true);
          expect(createShadowMarks(shadowMarkKey(other)).isOwn(mark)).to.equal(token === other);
        },
      ),
    );
  });

  it('is not made with the token itself, which candidates are never to see', () => {
    const token = 'an-admin-token-of-some-length';
    const [, sent] = createShadowMarks(shadowMarkKey(token)).make('r-1').split('.');
    expect(sent).not.to.equal(createHmac('sha256', token).update('r-1').digest('hex'));
    expect(shadowMarkKey(token)).to.have.length(32);
  });
});
