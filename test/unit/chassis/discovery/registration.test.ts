import { expect } from 'chai';
import { systemClock } from '../../../../chassis/clock.ts';
import type { Announced, Registrar } from '../../../../chassis/discovery/registrar.ts';
import { keepRegistered } from '../../../../chassis/discovery/registration.ts';
import { createNullLogger } from '../../../../chassis/log.ts';

describe('a registration that is kept', () => {
  /** Keeps it for some announcements, and gives the milliseconds between them. */
  const pausesOf = async (outcomes: Announced[], random: () => number): Promise<number[]> => {
    const pauses: number[] = [];
    const enough = Promise.withResolvers<void>();
    const rest = [...outcomes];
    const registrar: Registrar = {
      registry: 'test',
      registration: { service: 's', id: 'a', url: 'http://a', ttl: 3_600 },
      announce: async () => rest.shift() ?? 'renewed',
      leave: async () => {},
      close: async () => {},
    };
    const clock = {
      ...systemClock,
      async sleep(ms: number, signal?: AbortSignal) {
        pauses.push(ms);
        if (pauses.length < outcomes.length) return;
        enough.resolve();
        await systemClock.sleep(ms, signal);
      },
    };
    const kept = await keepRegistered({ registrar, log: createNullLogger(), clock, random });
    await enough.promise;
    await kept.deregister();
    return pauses;
  };

  it('is renewed with jitter, and three times at least before it would run out', async () => {
    expect(await pausesOf(['registered', 'renewed'], () => 0)).to.deep.equal([800, 800]);
    const [longest] = await pausesOf(['registered'], () => 1);
    expect(longest).to.be.closeTo(1_200, 1e-6);
  });

  it('is asked for again once in its time when a newer instance has the id', async () => {
    const pauses = await pausesOf(['registered', 'superseded', 'superseded'], () => 0.5);
    expect(pauses.slice(1)).to.deep.equal([3_600, 3_600]);
  });
});
