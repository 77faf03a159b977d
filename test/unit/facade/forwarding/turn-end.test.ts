import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { atTurnEnd } from '../../../../facade/forwarding/turn-end.ts';

const HERE = { destroyed: false };

describe("The end of the loop's turn", () => {
  it('does what was asked for in its order, all at once, and what is asked for meanwhile in the next', async () => {
    const done: string[] = [];
    const note = (what: string) => () => {
      done.push(what);
      queueMicrotask(() => done.push('between'));
    };
    atTurnEnd(HERE, note('one'));
    atTurnEnd(HERE, () => atTurnEnd(HERE, note('next')));
    atTurnEnd(HERE, note('two'));
    expect(done).to.deep.equal([]);
    await nextTurn();
    expect(done).to.deep.equal(['one', 'two', 'between', 'between']);
    await nextTurn();
    expect(done.slice(4)).to.deep.equal(['next', 'between']);
  });

  it('does nothing for a client that is gone by then', async () => {
    const done: string[] = [];
    const client = { destroyed: false };
    atTurnEnd(client, () => done.push('gone'));
    atTurnEnd(HERE, () => done.push('here'));
    client.destroyed = true;
    await nextTurn();
    expect(done).to.deep.equal(['here']);
  });
});
