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
    const pieces = { take: 0.25 };
    const add = (...all: number[]) => {
      for (const one of all)
        pace.add(() => {
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
    /** Uses up what the process has at its start. */
    const spend = () => {
      pieces.take = 60;
      for (const piece of [1, 2, 3]) {
        add(piece);
        turn();
      }
    };
    return { state, pace, clients, add, spend, pieces, delays, begun, turn, look, pass };
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

  describe('has room', () => {
    const many = Array.from({ length: 300 }, (_, index) => index);

    it('for any number while the process has what it started with, as that pays for them', () => {
      const { pace, add } = paced();
      add(...many);
      expect(pace.hasRoom).to.equal(true);
    });

    it('for eight after that', () => {
      const { pace, clients, add, spend } = paced();
      spend();
      clients.came();
      add(1, 2, 3, 4, 5, 6, 7);
      expect(pace.hasRoom).to.equal(true);
      add(8);
      expect(pace.hasRoom).to.equal(false);
    });

    it('again when pieces have begun', () => {
      const { pace, add, spend, turn, pass } = paced();
      spend();
      add(1, 2, 3, 4, 5, 6, 7, 8);
      turn();
      expect(pace.hasRoom).to.equal(false);
      pass(2_000, 2_000);
      expect(pace.hasRoom).to.equal(true);
    });
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

    it('lets pieces wait for 20 ms where the loop is never idle, and for as long again after those', () => {
      const { clients, add, begun, turn, pass } = paced();
      clients.came();
      add(1, 2);
      turn();
      pass(19, 0);
      expect(begun).to.deep.equal([]);
      pass(1, 0);
      expect(begun).to.deep.equal([1]);
      turn();
      pass(19, 0);
      expect(begun).to.deep.equal([1]);
      pass(1, 0);
      expect(begun).to.deep.equal([1, 2]);
    });
  });

  describe('where no client waits', () => {
    it('begins as many in a turn as take a quarter of a millisecond', () => {
      const { add, pieces, begun, turn } = paced();
      pieces.take = 0.1;
      add(1, 2, 3, 4);
      turn();
      expect(begun).to.deep.equal([1, 2, 3]);
      turn();
      expect(begun).to.deep.equal([1, 2, 3, 4]);
    });

    it('ends a turn, and pauses for 100 ms, when the budget is used up, whoever comes and goes meanwhile', () => {
      const { state, clients, add, pieces, delays, begun, turn, pass } = paced();
      pieces.take = 55.6; // 0.07 ms too much in the end, which half of the pause would be enough for
      add(1, 2, 3, 4);
      for (let count = 0; count < 4; count += 1) turn();
      expect(begun).to.deep.equal([1, 2, 3]);
      expect(delays).to.deep.equal([100]);
      state.now += 50;
      state.idle += 50;
      clients.came();
      clients.left();
      turn();
      expect(begun).to.deep.equal([1, 2, 3]);
      pass(50, 50);
      expect(begun).to.deep.equal([1, 2, 3, 4]);
      expect(delays).to.deep.equal([100]);
    });

    it('begins no more in a turn than the budget has room for', () => {
      const { add, pieces, begun, turn, pass } = paced();
      pieces.take = 60;
      add(1, 2, 3, 4, 5, 6, 7);
      for (let count = 0; count < 4; count += 1) turn();
      pieces.take = 0;
      pass(1_008, 1_008); // 20.16 ms, of which 20 were taken too much; the rest is for two pieces of 0.1 ms
      expect(begun).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it('pauses again until there is something to take', () => {
      const { add, pieces, delays, begun, turn, pass } = paced();
      pieces.take = 60;
      add(1, 2, 3, 4);
      for (let count = 0; count < 4; count += 1) turn();
      pass(100, 100);
      expect(begun).to.deep.equal([1, 2, 3]);
      expect(delays).to.deep.equal([100, 100]);
      pass(2_000, 2_000);
      expect(begun).to.deep.equal([1, 2, 3, 4]);
    });

    it('lets clients go first after a pause, however long a piece has waited', () => {
      const { clients, add, pieces, begun, turn, pass } = paced();
      pieces.take = 60;
      add(1, 2, 3, 4);
      for (let count = 0; count < 4; count += 1) turn();
      clients.came();
      pass(4_000, 0);
      pass(19, 0);
      expect(begun).to.deep.equal([1, 2, 3]);
      clients.left();
      turn();
      expect(begun).to.deep.equal([1, 2, 3, 4]);
    });
  });
});
