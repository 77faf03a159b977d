import { expect } from 'chai';
import { createPace } from '../../../../facade/shadow/pacing.ts';
import { WaitingClients } from '../../../../facade/waiting-clients.ts';

describe('The pace of comparisons', () => {
  /** A pace on turns of an event loop and on looks of a timer, one at a time, with what it has begun. */
  const paced = () => {
    const soon: (() => void)[] = [];
    const later: (() => void)[] = [];
    const delays: number[] = [];
    const clients = new WaitingClients();
    const state = { now: 0, idle: 0 };
    const pace = createPace({
      clients,
      now: () => state.now,
      idle: () => state.idle,
      soon: (run) => soon.push(run),
      later: (run, ms) => {
        later.push(run);
        delays.push(ms);
      },
    });
    const begun: number[] = [];
    /** How long each takes, in milliseconds. */
    const pieces = { take: 0 };
    const add = (...all: number[]) => {
      for (const one of all)
        pace(() => {
          begun.push(one);
          state.now += pieces.take;
        });
    };
    const all = (due: (() => void)[]) => () => {
      for (const run of due.splice(0)) run();
    };
    const [turn, look] = [all(soon), all(later)];
    /** Time that the loop spends, some of it idle, with all its looks and turns. */
    const pass = (ms: number, idle: number) => {
      state.now += ms;
      state.idle += idle;
      look();
      turn();
    };
    return { state, clients, add, pieces, delays, begun, turn, look, pass };
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

  it('begins none while a client waits, and goes on as soon as the last has left', () => {
    const { clients, add, begun, turn } = paced();
    clients.came();
    clients.came();
    add(1, 2);
    turn();
    clients.left();
    turn();
    expect(begun).to.deep.equal([]);
    clients.left();
    expect(begun).to.deep.equal([]);
    turn();
    expect(begun).to.deep.equal([1]);
    turn();
    expect(begun).to.deep.equal([1, 2]);
  });

  it('makes way again for a client that comes between two pieces', () => {
    const { clients, add, begun, turn } = paced();
    add(1, 2);
    turn();
    clients.came();
    turn();
    expect(begun).to.deep.equal([1]);
    clients.left();
    turn();
    expect(begun).to.deep.equal([1, 2]);
  });

  describe('where clients wait without a pause', () => {
    it('goes on once that took 5 ms and the loop is idle half of the time: it is their upstream that is slow', () => {
      const { clients, add, begun, turn, pass } = paced();
      turn();
      clients.came();
      clients.left();
      clients.came();
      add(1, 2, 3);
      turn();
      pass(4, 4);
      pass(1, 0.4);
      expect(begun).to.deep.equal([]);
      pass(1, 0.5);
      turn();
      expect(begun).to.deep.equal([1, 2]);
    });

    it('looks again after some time with air', () => {
      const { state, clients, add, begun, turn, pass } = paced();
      clients.came();
      add(1, 2, 3);
      turn();
      pass(1, 1);
      state.now += 1;
      turn();
      expect(begun).to.deep.equal([1]);
      pass(1, 0);
      expect(begun).to.deep.equal([1]);
      pass(1, 1);
      expect(begun).to.deep.equal([1, 2]);
    });

    it('takes a process that stood still for one whose clients wait behind it', () => {
      const { clients, add, begun, turn, pass } = paced();
      clients.came();
      add(1);
      turn();
      pass(3, 3);
      expect(begun).to.deep.equal([]);
      pass(1, 1);
      expect(begun).to.deep.equal([1]);
    });

    it('lets pieces wait for 20 ms where the loop is never idle, and then take a hundredth of the time', () => {
      const { clients, add, pieces, begun, turn, pass } = paced();
      clients.came();
      pieces.take = 0.1;
      add(1, 2);
      turn();
      pass(19, 0);
      expect(begun).to.deep.equal([]);
      pass(1, 0);
      expect(begun).to.deep.equal([1]);
      pass(19.5, 0);
      expect(begun).to.deep.equal([1]);
      pass(1, 0);
      expect(begun).to.deep.equal([1, 2]);
    });
  });

  describe('where no client waits', () => {
    it('gives pieces a twentieth of the idle time, after a quarter of a second at the start', () => {
      const { add, pieces, begun, turn, pass } = paced();
      pieces.take = 60;
      add(1, 2, 3, 4);
      for (let count = 0; count < 4; count += 1) turn();
      expect(begun).to.deep.equal([1, 2, 3]);
      pass(402, 402);
      expect(begun).to.deep.equal([1, 2, 3]);
      pass(2, 2);
      expect(begun).to.deep.equal([1, 2, 3, 4]);
    });

    it('pauses for 10 ms when all is used up, whoever comes and goes meanwhile', () => {
      const { state, clients, add, pieces, delays, begun, turn, pass } = paced();
      pieces.take = 60;
      add(1, 2, 3, 4);
      for (let count = 0; count < 4; count += 1) turn();
      expect(delays).to.deep.equal([10]);
      state.now += 5;
      state.idle += 5_000;
      clients.came();
      clients.left();
      turn();
      expect(begun).to.deep.equal([1, 2, 3]);
      pass(5, 5);
      expect(begun).to.deep.equal([1, 2, 3, 4]);
      expect(delays).to.deep.equal([10]);
    });

    it('counts with each piece what its call costs in the kernel', () => {
      const { add, pieces, begun, turn } = paced();
      const all = Array.from({ length: 4_000 }, (_, index) => index);
      pieces.take = 0.02;
      add(...all);
      for (const _ of all) turn();
      // 250 ms for 1.5 x 0.02 and 0.05 each.
      expect(begun).to.have.length(3_125);
    });

    it('earns no more however long nothing was to be done', () => {
      const { state, add, pieces, begun, turn } = paced();
      state.now = 60_000;
      state.idle = 60_000;
      pieces.take = 60;
      add(1, 2, 3, 4);
      for (let count = 0; count < 4; count += 1) turn();
      expect(begun).to.deep.equal([1, 2, 3]);
    });

    it('has ten milliseconds in advance once those of the start are used up', () => {
      const { add, pieces, begun, turn, pass } = paced();
      pieces.take = 60;
      add(1, 2, 3);
      for (let count = 0; count < 3; count += 1) turn();
      pass(60_000, 60_000);
      pieces.take = 4;
      add(4, 5, 6);
      for (let count = 0; count < 3; count += 1) turn();
      expect(begun).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it('is held up by a piece that took long as by one of 100 ms', () => {
      const { add, pieces, begun, turn, pass } = paced();
      pieces.take = 10_000;
      add(1, 2, 3, 4);
      for (let count = 0; count < 4; count += 1) turn();
      expect(begun).to.deep.equal([1, 2, 3]);
      pass(990, 990);
      expect(begun).to.deep.equal([1, 2, 3]);
      pass(15, 15);
      expect(begun).to.deep.equal([1, 2, 3, 4]);
    });
  });
});
