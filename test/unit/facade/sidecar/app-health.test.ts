import { Readable } from 'node:stream';
import { expect } from 'chai';
import { systemClock } from '../../../../chassis/clock.ts';
import type { Transport } from '../../../../chassis/http/transport.ts';
import { createNullLogger } from '../../../../chassis/log.ts';
import { watchAppHealth } from '../../../../facade/sidecar/app-health.ts';

/** Whether the application is well after each of its answers. */
async function seenAfter(...statuses: number[]): Promise<boolean[]> {
  const seen: boolean[] = [];
  const over = Promise.withResolvers<void>();
  const rest = [...statuses];
  const transport: Pick<Transport, 'request'> = {
    request: async () => ({ status: rest.shift()!, headers: {}, body: Readable.from([]) }),
  };
  const clock = {
    ...systemClock,
    async sleep(_ms: number, signal?: AbortSignal) {
      seen.push(health.ok);
      if (rest.length > 0) return;
      over.resolve();
      await systemClock.sleep(60_000, signal);
    },
  };
  const health = watchAppHealth({
    ...{ app: 'http://a', path: '/', interval: 1, timeout: 1_000, healthy: 2, unhealthy: 3 },
    ...{ transport, clock, log: createNullLogger() },
  });
  await over.promise;
  health.close();
  return seen;
}

describe('the health of an application beside a sidecar', () => {
  it('is what its first answer says', async () => {
    expect(await seenAfter(200)).to.deep.equal([true]);
    expect(await seenAfter(500)).to.deep.equal([false]);
  });

  it('is lost by so many failures in a row, not by one', async () => {
    expect(await seenAfter(200, 500, 500, 200, 500, 500, 500)).to.deep.equal([
      ...[true, true, true, true, true, true],
      false,
    ]);
  });

  it('comes back by so many answers in a row', async () => {
    expect(await seenAfter(500, 200, 500, 200, 404)).to.deep.equal([false, false, false, false, true]);
  });
});
