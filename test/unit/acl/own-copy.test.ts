import { expect } from 'chai';
import { createOwnCopy } from '../../../acl/reference/own-copy.ts';

describe('a process’s own copy of reference data', () => {
  it('is given while it is young enough', () => {
    const own = createOwnCopy<string>();
    own.keep('a', 100, own.mark());
    expect(own.youngerThan(50, 149)).to.include({ value: 'a' });
    expect(own.youngerThan(50, 150)).to.equal(undefined);
  });

  it('does not take what was loaded before it was dropped', () => {
    const own = createOwnCopy<string>();
    const mark = own.mark();
    own.drop();
    own.keep('old', 0, mark);
    expect(own.youngerThan(50, 1)).to.equal(undefined);
    own.keep('new', 0, own.mark());
    expect(own.youngerThan(50, 1)).to.include({ value: 'new' });
  });
});
