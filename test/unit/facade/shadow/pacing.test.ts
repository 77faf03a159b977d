import { expect } from 'chai';
import { createPace } from '../../../../facade/shadow/pacing.ts';

describe('The pace of comparisons', () => {
  /** Turns of an event loop, one at a time. */
  const turns = () => {
    const soon: (() => void)[] = [];
    const turn = () => {
      for (const run of soon.splice(0)) run();
    };
    return { soon: (run: () => void) => soon.push(run), turn };
  };

  it('begins nothing at once, one in each turn, in order', () => {
    const { soon, turn } = turns();
    const pace = createPace(soon);
    const begun: number[] = [];
    for (const one of [1, 2, 3]) pace(() => begun.push(one));
    expect(begun).to.deep.equal([]);
    turn();
    expect(begun).to.deep.equal([1]);
    pace(() => begun.push(4));
    turn();
    expect(begun).to.deep.equal([1, 2]);
    turn();
    turn();
    expect(begun).to.deep.equal([1, 2, 3, 4]);
  });

  it('goes on with what comes after it had nothing to do', () => {
    const { soon, turn } = turns();
    const pace = createPace(soon);
    const begun: number[] = [];
    pace(() => begun.push(1));
    turn();
    turn();
    pace(() => begun.push(2));
    turn();
    expect(begun).to.deep.equal([1, 2]);
  });
});
