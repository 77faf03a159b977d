import { expect } from 'chai';
import fc from 'fast-check';
import {
  createOutlierEjection,
  type EjectionSettings,
  ejectionCap,
  type FailureKind,
} from '../../../../facade/upstreams/outlier-ejection.ts';

const SETTINGS: EjectionSettings = {
  failures: 5,
  serverErrors: 5,
  base: 30_000,
  most: 300_000,
  maxEjected: 0.5,
};

/** An ejection of three instances, with a clock that the test sets. */
function ejectionOf(urls: string[] = ['a', 'b', 'c'], settings: Partial<EjectionSettings> = {}, jitter = 0) {
  const time = { now: 1_000_000 };
  const lengths: number[] = [];
  const ejection = createOutlierEjection(
    { ...SETTINGS, ...settings },
    { monotonic: () => time.now },
    () => jitter,
    (_url, ms) => lengths.push(Math.round(ms)),
  );
  ejection.follow(urls);
  const fail = (url: string, times: number, kind: FailureKind = 'gateway') => {
    for (let count = 0; count < times; count += 1) ejection.failed(url, kind);
  };
  return { ejection, time, lengths, fail };
}

describe('outlier ejection', () => {
  it('ejects an instance after five failures in a row, and gives it back when its time is over', () => {
    const { ejection, time, fail } = ejectionOf();
    fail('a', 4);
    expect(ejection.quiet).to.equal(true);
    fail('a', 1);
    expect(ejection.quiet).to.equal(false);
    expect([ejection.isEjected('a'), ejection.isEjected('b')]).to.deep.equal([true, false]);
    expect(ejection.ejectedUntil('a')).to.equal(time.now + 30_000);
    time.now += 29_999;
    expect(ejection.isEjected('a')).to.equal(true);
    time.now += 1;
    expect([ejection.isEjected('a'), ejection.ejectedUntil('a'), ejection.quiet]).to.deep.equal([
      false,
      undefined,
      true,
    ]);
  });

  it('starts counting anew after a success', () => {
    const { ejection, fail } = ejectionOf();
    fail('a', 4);
    ejection.succeeded('a');
    fail('a', 4);
    expect(ejection.isEjected('a')).to.equal(false);
    fail('a', 1);
    expect(ejection.isEjected('a')).to.equal(true);
  });

  it('counts 500 with the others, and not at all where the config says 0', () => {
    const both = ejectionOf();
    both.fail('a', 4);
    both.fail('a', 1, 'server-error');
    expect(both.ejection.isEjected('a')).to.equal(true);
    const lenient = ejectionOf(['a', 'b'], { serverErrors: 0 });
    lenient.fail('a', 100, 'server-error');
    lenient.fail('a', 4);
    lenient.fail('a', 1, 'server-error');
    lenient.fail('a', 4);
    expect(lenient.ejection.isEjected('a'), 'a 500 interrupts a row of gateway failures').to.equal(false);
    lenient.fail('a', 1);
    expect(lenient.ejection.isEjected('a')).to.equal(true);
  });

  it('ejects for longer each time, up to the most, and forgets with time in service', () => {
    const { ejection, time, lengths, fail } = ejectionOf(['a', 'b'], { most: 80_000 });
    for (let round = 0; round < 4; round += 1) {
      fail('a', 5);
      time.now = ejection.ejectedUntil('a')!;
    }
    time.now += 2 * 30_000;
    fail('a', 5);
    time.now = ejection.ejectedUntil('a')! + 3_600_000;
    fail('a', 5);
    expect(lengths).to.deep.equal([30_000, 60_000, 80_000, 80_000, 80_000, 30_000]);
  });

  it('takes up to a tenth longer by chance', () => {
    const { lengths, fail } = ejectionOf(['a', 'b'], {}, 0.5);
    fail('a', 5);
    expect(lengths).to.deep.equal([31_500]);
  });

  it('ignores failures of requests that were under way, and of instances that are gone', () => {
    const { ejection, time, fail } = ejectionOf();
    fail('a', 5);
    const until = ejection.ejectedUntil('a')!;
    fail('a', 20);
    time.now = until;
    fail('a', 4);
    expect(ejection.isEjected('a')).to.equal(false);
    fail('gone', 20);
    expect(ejection.isEjected('gone')).to.equal(false);
  });

  it('never ejects the only instance, and one of two', () => {
    const alone = ejectionOf(['a']);
    alone.fail('a', 100);
    expect(alone.ejection.quiet).to.equal(true);
    expect([0, 1, 2, 3, 4, 10].map((count) => ejectionCap(count, 0.1))).to.deep.equal([0, 0, 1, 1, 1, 1]);
    expect([0, 1, 2, 3, 4, 10].map((count) => ejectionCap(count, 0.5))).to.deep.equal([0, 0, 1, 1, 2, 5]);
    expect([1, 2, 10].map((count) => ejectionCap(count, 1))).to.deep.equal([0, 1, 9]);
    expect(ejectionCap(10, 0)).to.equal(0);
  });

  it('forgets an instance that left: what comes back under its address begins anew', () => {
    const { ejection, fail } = ejectionOf();
    fail('a', 5);
    ejection.follow(['b', 'c']);
    ejection.follow(['a', 'b', 'c']);
    expect(ejection.isEjected('a')).to.equal(false);
  });

  it('never has more ejected than its cap, and none for longer than the most, whatever happens', () => {
    const urls = ['a', 'b', 'c', 'd', 'e', 'f'];
    const url = fc.constantFrom(...urls);
    const kind = fc.constantFrom<FailureKind>('gateway', 'server-error');
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.record({ do: fc.constant('fail' as const), url, kind, times: fc.nat(6) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('succeed' as const), url }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(200_000) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('follow' as const), now: fc.subarray(urls) }) },
    );
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, fc.array(step, { maxLength: 80 }), (maxEjected, steps) => {
        const { ejection, time, lengths, fail } = ejectionOf(urls, { maxEjected }, 0.99);
        let there = urls;
        for (const one of steps) {
          if (one.do === 'fail') fail(one.url, one.times, one.kind);
          else if (one.do === 'succeed') ejection.succeeded(one.url);
          else if (one.do === 'wait') time.now += one.ms;
          else {
            there = one.now;
            ejection.follow(there);
          }
          const out = there.filter((name) => ejection.isEjected(name));
          expect(out.length).to.be.at.most(ejectionCap(there.length, maxEjected));
          expect(ejection.quiet).to.equal(out.length === 0);
          expect(urls.filter((name) => !there.includes(name) && ejection.isEjected(name))).to.be.empty;
        }
        for (const ms of lengths) expect(ms).to.be.at.least(30_000).and.at.most(330_000);
      }),
    );
  });
});
