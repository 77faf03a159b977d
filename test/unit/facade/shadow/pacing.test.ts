import { expect } from 'chai';
import { createPace } from '../../../../facade/shadow/pacing.ts';

describe('The pace of comparisons', () => {
  /** A pace on turns of an event loop and on looks of a timer, one at a time, with what it has begun. */
  const paced = () => {
    const soon: (() => void)[] = [];
    const later: (() => void)[] = [];
    const state = { clients: 0, now: 0 };
    const pace = createPace({
      busy: () => state.clients > 0,
      now: () => state.now,
      soon: (run) => soon.push(run),
      later: (run) => later.push(run),
    });
    const begun: number[] = [];
    const add = (...pieces: number[]) => {
      for (const one of pieces) pace(() => begun.push(one));
    };
    const all = (due: (() => void)[]) => () => {
      for (const run of due.splice(0)) run();
    };
    return { state, add, begun, turn: all(soon), look: all(later) };
  };

  it('begins nothing at once, one in each turn, in order', () => {
    const { add, begun, turn } = paced();
    add(1, 2, 3);
    expect(begun).to.deep.equal([]);
    turn();
    expect(begun).to.deep.equal([1]);
    add(4);
    turn();
    expect(begun).to.deep.equal([1, 2]);
    turn();
    turn();
    expect(begun).to.deep.equal([1, 2, 3, 4]);
  });

  it('goes on with what comes after it had nothing to do', () => {
    const { add, begun, turn } = paced();
    add(1);
    turn();
    turn();
    add(2);
    turn();
    expect(begun).to.deep.equal([1, 2]);
  });

  it('begins none while a client waits, and goes on when none does', () => {
    const { state, add, begun, turn, look } = paced();
    state.clients = 1;
    add(1, 2);
    turn();
    look();
    expect(begun).to.deep.equal([]);
    state.clients = 0;
    look();
    expect(begun).to.deep.equal([1]);
    turn();
    expect(begun).to.deep.equal([1, 2]);
  });

  it('lets a piece wait for 20 ms at most, each from when it came', () => {
    const { state, add, begun, turn, look } = paced();
    state.clients = 1;
    add(1);
    state.now = 10;
    add(2);
    turn();
    state.now = 20;
    look();
    expect(begun).to.deep.equal([1]);
    turn();
    look();
    expect(begun).to.deep.equal([1]);
    state.now = 30;
    look();
    expect(begun).to.deep.equal([1, 2]);
  });
});
