import { expect } from 'chai';
import fc from 'fast-check';
import type { Instance } from '../../../../facade/upstreams/instance.ts';
import { InstancePool } from '../../../../facade/upstreams/instance-pool.ts';
import { createOutlierEjection } from '../../../../facade/upstreams/outlier-ejection.ts';
import { createStanding } from '../../../../facade/upstreams/standing.ts';

describe('Instance pool', () => {
  const EJECTION = { failures: 2, serverErrors: 2, base: 1_000, most: 1_000, maxEjected: 0.5 };
  let now: number;
  let named: readonly string[];
  let closed: string[];
  const clock = { now: () => now, monotonic: () => now, sleep: async () => {} };

  const pool = (urls: readonly string[], { slowStart = 0, random = Math.random } = {}) => {
    now = 1;
    named = urls;
    closed = [];
    const standing = createStanding({
      ejection: (onEjected) => createOutlierEjection(EJECTION, clock, () => 0, onEjected),
      health: undefined,
      ...{ slowStart, panic: 0.5, clock, onEjected: () => {} },
    });
    const createForwarder = (url: string) => ({
      send: () => ({ giveUp: () => {} }),
      upgrade: () => {},
      close: () => void closed.push(url),
    });
    const made = new InstancePool({
      named: () => named,
      standing,
      createForwarder,
      places: undefined,
      random,
    });
    return { pool: made, standing };
  };
  const begin = (instance: Instance | undefined) => {
    instance!.inflight += 1;
    return instance!;
  };

  it('asks each as often as the others while they do alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 20 }), (count, rounds) => {
        const urls = Array.from({ length: count }, (_, index) => `http://${index}`);
        const { pool: one } = pool(urls);
        const picked = Array.from({ length: count * rounds }, () => one.pick()!.url);
        for (const url of urls) expect(picked.filter((each) => each === url)).to.have.length(rounds);
      }),
    );
  });

  it('never gives the instance that was tried while there is another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.array(fc.nat(4)), (count, load) => {
        const { pool: one } = pool(Array.from({ length: count }, (_, index) => `http://${index}`));
        const tried = begin(one.pick());
        for (const _ of load) begin(one.pick());
        for (let left = 50; left > 0; left -= 1) expect(one.pick(tried)).to.not.equal(tried);
      }),
    );
    const { pool: alone } = pool(['http://0']);
    const only = alone.pick();
    expect(alone.pick(only)).to.equal(only);
  });

  it('spares one that is slow: what it has under way is never much more than the others have', () => {
    const { pool: one } = pool(['http://slow', 'http://quick']);
    for (let left = 200; left > 0; left -= 1) {
      const instance = begin(one.pick());
      if (instance.url === 'http://quick') instance.ended();
    }
    const slow = one.views().find(({ url }) => url === 'http://slow')!;
    expect(slow.inflight).to.equal(1);
  });

  it('spares one that hangs while another is new, which has its growing share all the same', () => {
    const { pool: one, standing } = pool(['http://new', 'http://hung', 'http://quick'], { slowStart: 1_000 });
    one.pick();
    for (let failures = 2; failures > 0; failures -= 1) standing.failed('http://new', 'gateway');
    now = 1_101;
    const picked = Array.from({ length: 3_000 }, () => {
      const instance = begin(one.pick());
      if (instance.url !== 'http://hung') instance.ended();
      return instance.url;
    });
    const share = (url: string) => picked.filter((each) => each === url).length / picked.length;
    expect(share('http://hung')).to.be.lessThan(0.02);
    expect(share('http://new')).to.be.within(0.03, 0.25);
  });

  it('lets one that leaves end what it has, and closes its connections then', () => {
    const { pool: one } = pool(['http://0', 'http://1']);
    const leaving = begin(one.pick());
    named = named.filter((url) => url !== leaving.url);
    for (let left = 10; left > 0; left -= 1) expect(one.pick()!.url).to.equal(named[0]);
    expect(closed).to.deep.equal([]);
    expect(one.views().find(({ url }) => url === leaving.url)?.state.kind).to.equal('draining');
    leaving.ended();
    expect(closed).to.deep.equal([leaving.url]);
    expect(one.views().map(({ url }) => url)).to.deep.equal(named);
  });

  it('closes everything behind itself when another takes its place, once nothing is under way', () => {
    const { pool: one } = pool(['http://0', 'http://1']);
    const [busy, idle] = [begin(one.pick()), one.pick()!];
    one.retire();
    expect(closed).to.deep.equal([idle.url]);
    busy.ended();
    expect(closed.sort()).to.deep.equal(['http://0', 'http://1']);
  });

  it('asks an ejected one no more until its time is over, and a new one by a growing share', () => {
    const { pool: one, standing } = pool(['http://0', 'http://1'], { slowStart: 1_000 });
    one.pick();
    for (let failures = 2; failures > 0; failures -= 1) standing.failed('http://0', 'gateway');
    for (let left = 10; left > 0; left -= 1) expect(one.pick()!.url).to.equal('http://1');
    const share = () => {
      const picked = Array.from({ length: 2_000 }, () => one.pick()!.url);
      return picked.filter((url) => url === 'http://0').length / picked.length;
    };
    now = 1_002;
    expect(share(), 'just back').to.be.within(0.02, 0.2);
    now = 1_500;
    expect(share(), 'half way').to.be.within(0.2, 0.45);
    now = 3_000;
    expect(share(), 'as before').to.equal(0.5);
  });
});
