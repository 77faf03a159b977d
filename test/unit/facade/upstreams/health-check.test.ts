import { expect } from 'chai';
import fc from 'fast-check';
import type { Clock } from '../../../../chassis/clock.ts';
import { createHealthCheck, type HealthCheck } from '../../../../facade/upstreams/health-check.ts';
import { afterProbe, type Health } from '../../../../facade/upstreams/probed-health.ts';
import { until } from '../../../support/wait.ts';

const SETTINGS = { interval: 5_000, healthy: 2, unhealthy: 3 };

/** A clock whose sleepers wake when the test says so. */
function heldClock() {
  const sleepers = new Set<{ ms: number; wake: () => void }>();
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (signal?.aborted) return Promise.reject(signal.reason);
      const one = { ms, wake: resolve };
      sleepers.add(one);
      signal?.addEventListener('abort', () => {
        sleepers.delete(one);
        reject(signal.reason);
      });
      return promise;
    },
  };
  const wakeAll = () => {
    for (const one of sleepers) {
      sleepers.delete(one);
      one.wake();
    }
  };
  return { clock, sleepers, wakeAll };
}

describe('health check', () => {
  let well: Map<string, boolean>;
  let asked: string[];
  let changes: number;
  let held: ReturnType<typeof heldClock>;
  let check: HealthCheck;

  /** Waits until all probes under way are over, and everyone waits for the next. */
  const settled = (watched: number) =>
    until(() => held.sleepers.size === watched, { what: `${watched} to wait for their next probe` });
  const round = async (watched: number, after = watched) => {
    await settled(watched);
    held.wakeAll();
    await settled(after);
  };

  beforeEach(() => {
    well = new Map([
      ['a', true],
      ['b', true],
    ]);
    asked = [];
    changes = 0;
    held = heldClock();
    check = createHealthCheck(
      SETTINGS,
      async (url) => {
        asked.push(url);
        if (!well.has(url)) throw new Error('refused');
        return well.get(url)!;
      },
      held.clock,
      () => 0.5,
      () => {
        changes += 1;
      },
    );
  });

  afterEach(() => {
    check.close();
    expect(held.sleepers.size, 'timers after the end').to.equal(0);
  });

  it('takes an instance for healthy until it was asked, and at its word when it was asked first', async () => {
    well.set('b', false);
    check.follow(['a', 'b', 'refuses']);
    expect(['a', 'b', 'refuses'].map((url) => check.isHealthy(url))).to.deep.equal([true, true, true]);
    await settled(3);
    expect(['a', 'b', 'refuses'].map((url) => check.isHealthy(url))).to.deep.equal([true, false, false]);
    expect([check.quiet, changes]).to.deep.equal([false, 3]);
    expect(check.isHealthy('unheard of')).to.equal(true);
  });

  it('takes an instance out after three failures in a row, and back after two passes', async () => {
    check.follow(['a']);
    await settled(1);
    const seen: boolean[] = [];
    for (const passes of [false, false, true, false, false, false, true, false, true, true]) {
      well.set('a', passes);
      await round(1);
      seen.push(check.isHealthy('a'));
    }
    const [out, back] = [seen.indexOf(false), seen.lastIndexOf(false) + 1];
    expect([out, back]).to.deep.equal([5, 9]);
    expect(changes, 'told of the first probe, of the fall and of the return').to.equal(3);
  });

  it('spreads the probes by a fifth around the interval', async () => {
    check.follow(['a']);
    await settled(1);
    expect([...held.sleepers].map(({ ms }) => ms)).to.deep.equal([5_000]);
  });

  it('lets an instance go on that discovery forgot, once it has proved anew to be well', async () => {
    check.follow(['a', 'b']);
    await settled(2);
    const before = asked.length;
    check.follow(['b']);
    expect(check.absentButHealthy(), 'before it was asked').to.be.empty;
    await until(() => check.absentButHealthy().includes('a'));
    expect(asked.slice(before), 'asked at once').to.deep.equal(['a']);
    expect(check.quiet).to.equal(false);
    check.follow(['a', 'b']);
    expect([check.absentButHealthy(), check.quiet]).to.deep.equal([[], true]);
  });

  it('removes an instance that is absent as soon as it fails, and asks it no more', async () => {
    check.follow(['a', 'b']);
    await settled(2);
    check.follow(['b']);
    await until(() => check.absentButHealthy().includes('a'));
    well.delete('a');
    await round(2, 1);
    expect([check.absentButHealthy(), check.quiet]).to.deep.equal([[], true]);
    const before = asked.length;
    await round(1);
    expect(asked.slice(before)).to.deep.equal(['b']);
  });

  it('removes an instance at once that leaves unhealthy, or fails when it leaves', async () => {
    well.set('a', false);
    check.follow(['a', 'b']);
    await settled(2);
    check.follow(['b']);
    await settled(1);
    well.set('b', false);
    check.follow([]);
    await settled(0);
    expect(check.absentButHealthy()).to.be.empty;
    expect(asked.filter((url) => url === 'a')).to.have.length(1);
  });
});

describe('health by probes', () => {
  it('changes only after so many probes in a row that say the same', () => {
    const thresholds = fc.record({
      healthy: fc.integer({ min: 1, max: 5 }),
      unhealthy: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(thresholds, fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), (most, probes) => {
        let health = { kind: 'unproven' } as Health;
        for (const [index, passed] of probes.entries()) {
          const before = health;
          health = afterProbe(before, passed, most);
          if (before.kind === 'unproven' || health.kind === before.kind) continue;
          const needed = passed ? most.healthy : most.unhealthy;
          expect(probes.slice(index + 1 - needed, index + 1)).to.deep.equal(Array(needed).fill(passed));
        }
        const least = Math.max(most.healthy, most.unhealthy);
        const tail = probes.slice(-least);
        if (tail.length === least && new Set(tail).size === 1)
          expect(health.kind).to.equal(tail[0] ? 'healthy' : 'unhealthy');
      }),
    );
  });
});
