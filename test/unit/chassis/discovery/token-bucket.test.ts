import { expect } from 'chai';
import fc from 'fast-check';
import { createTokenBucket } from '../../../../chassis/discovery/token-bucket.ts';

describe('a token bucket', () => {
  it('lets a burst through at once, then one each interval', () => {
    const bucket = createTokenBucket({ burst: 2, interval: 100 });
    expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(0)]).to.deep.equal([0, 0, 100, 200]);
  });

  it('fills up again, to the burst and no further', () => {
    const bucket = createTokenBucket({ burst: 2, interval: 100 });
    bucket.take(0);
    bucket.take(0);
    expect([bucket.take(10_000), bucket.take(10_000), bucket.take(10_000)]).to.deep.equal([0, 0, 100]);
  });

  it('never lets more through in a stretch of time than burst and intervals allow', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 50 });
    fc.assert(
      fc.property(pauses, fc.integer({ min: 1, max: 5 }), (between, burst) => {
        const bucket = createTokenBucket({ burst, interval: 100 });
        const done: number[] = [];
        let now = 0;
        for (const pause of between) {
          now += pause;
          now += bucket.take(now);
          done.push(now);
        }
        for (const [index, from] of done.entries())
          for (const [more, to] of done.slice(index).entries())
            expect(more + 1).to.be.at.most(burst + (to - from) / 100 + 1e-9);
      }),
    );
  });
});
