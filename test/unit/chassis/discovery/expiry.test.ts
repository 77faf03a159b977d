import { expect } from 'chai';
import fc from 'fast-check';
import { createExpiryWatch } from '../../../../chassis/discovery/expiry.ts';
import type { Lease, Leases } from '../../../../chassis/discovery/leases.ts';

const TTL = 3_000;
const GRACE = 5_000;
const LOOKS = 500;

/** What a look at `now` finds of instances by the time they renewed last. */
function leasesAt(now: number, renewed: readonly number[]): Omit<Leases, 'unreadable'> {
  const all = renewed.map((at, index): Lease => {
    const instance = { id: String(index), url: `http://10.0.0.${index}:1` };
    return { instance, expiry: at + TTL, ttl: TTL };
  });
  return {
    ...{ now, revision: 1 },
    live: all.filter(({ expiry }) => expiry > now),
    expired: all.filter(({ expiry }) => expiry <= now),
  };
}

/** Looks from 0 to `end`; the times at which those that had run out were gone. */
function goneAt(end: number, renewedAt: (now: number) => readonly number[], from = 0): number[] {
  const watch = createExpiryWatch(GRACE);
  const times: number[] = [];
  for (let now = from; now <= end; now += LOOKS) {
    const leases = leasesAt(now, renewedAt(now));
    if (watch.gone(leases) && leases.expired.length > 0) times.push(now);
  }
  return times;
}

/** Renewals each 900 ms, at an offset, until `dies`. */
function renewals(offset: number, dies: number) {
  return (now: number): number => {
    const last = Math.min(now, dies);
    return offset + Math.floor((last - offset) / 900) * 900;
  };
}

describe('Leases that ran out', () => {
  const offsets = fc.array(fc.integer({ min: 0, max: 899 }), { minLength: 2, maxLength: 40 });

  it('are kept for ever when all instances lose the registry, in whatever order they run out', () => {
    fc.assert(
      fc.property(offsets, fc.integer({ min: 10_000, max: 12_000 }), (all, cut) => {
        const each = all.map((offset) => renewals(offset, cut));
        const times = goneAt(60_000, (now) => each.map((one) => one(now)));
        expect(times).to.deep.equal([]);
      }),
    );
  });

  it('are gone at the next look when one of several dies', () => {
    fc.assert(
      fc.property(offsets, fc.integer({ min: 10_000, max: 12_000 }), (all, dies) => {
        const each = all.map((offset, index) => renewals(offset, index === 0 ? dies : Infinity));
        const [first] = goneAt(30_000, (now) => each.map((one) => one(now)));
        const expiry = each[0]!(dies) + TTL;
        expect(first).to.be.within(expiry, expiry + LOOKS);
      }),
    );
  });

  it('are kept for the grace when more than the share dies at once, and gone after it', () => {
    const each = Array.from({ length: 20 }, (_, index) =>
      renewals(index * 40, index < 4 ? 10_000 : Infinity),
    );
    const [first] = goneAt(60_000, (now) => each.map((one) => one(now)));
    expect(first).to.be.within(10_000 + TTL + GRACE - 900 - TTL / 2, 10_000 + 2 * TTL + GRACE);
    const fewer = Array.from({ length: 20 }, (_, index) =>
      renewals(index * 40, index < 3 ? 10_000 : Infinity),
    );
    expect(goneAt(60_000, (now) => fewer.map((one) => one(now)))[0]).to.be.at.most(10_000 + TTL + LOOKS);
  });

  it('are kept for the grace when nobody was looking while they ran out, also a single one', () => {
    const watch = createExpiryWatch(GRACE);
    watch.gone(leasesAt(1_000, [900, 900, 900]));
    expect(watch.gone(leasesAt(6_000, [900, 6_000, 6_000]))).to.equal(false);
    expect(watch.gone(leasesAt(10_900, [900, 10_500, 10_500]))).to.equal(false);
    expect(watch.gone(leasesAt(11_000, [900, 10_500, 10_500]))).to.equal(true);
  });

  it('have the grace to come back from when the first of them does', () => {
    const watch = createExpiryWatch(GRACE);
    for (let now = 0; now <= 100_000; now += LOOKS) watch.gone(leasesAt(now, [0, 0, 0]));
    expect(watch.gone(leasesAt(100_500, [100_400, 0, 0]))).to.equal(false);
    expect(watch.gone(leasesAt(104_900, [104_400, 104_000, 0]))).to.equal(false);
    expect(watch.gone(leasesAt(105_000, [104_400, 104_000, 0]))).to.equal(true);
  });
});
