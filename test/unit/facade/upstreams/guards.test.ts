import { expect } from 'chai';
import type { Breaker } from '../../../../chassis/breaker.ts';
import { Guards } from '../../../../facade/upstreams/guards.ts';

describe('Guards of an upstream', () => {
  let now: number;
  let made: string[];
  let closed: string[];
  let open: Set<string>;
  const guards = () => {
    [now, made, closed, open] = [0, [], [], new Set()];
    const createBreaker = (route: string): Breaker => {
      made.push(route);
      return {
        begin: () => undefined,
        run: (call) => call(new AbortController().signal),
        get state() {
          return open.has(route) ? 'open' : 'closed';
        },
        get admits() {
          return !open.has(route);
        },
        onChange: () => {},
        close: () => void closed.push(route),
      };
    };
    return new Guards({ createBreaker, window: 100, monotonic: () => now, onChange: () => {} });
  };

  it('stand before a route from its first failure, and before no other', () => {
    const some = guards();
    expect(some.of('a')).to.equal(undefined);
    some.failed('a');
    expect(some.of('a')).to.not.equal(undefined);
    expect(some.of('b')).to.equal(undefined);
    expect(made).to.deep.equal(['a']);
  });

  it('go when a window has passed without a failure, unless they are open', () => {
    const some = guards();
    some.failed('a');
    now = 99;
    some.failed('a');
    now = 198;
    expect(some.of('a')).to.not.equal(undefined);
    open.add('a');
    now = 500;
    expect(some.of('a')?.state).to.equal('open');
    open.clear();
    expect(some.of('a')).to.equal(undefined);
    expect(closed).to.deep.equal(['a']);
    expect(some.states()).to.deep.equal([]);
  });
});
