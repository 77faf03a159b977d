import { expect } from 'chai';
import fc from 'fast-check';
import { type Bulkhead, createBulkhead } from '../../../chassis/http/bulkhead.ts';

const turn = () => new Promise(setImmediate);

/** A call that ends when it is told to. */
function held(bulkhead: Bulkhead, signal?: AbortSignal) {
  const { promise, resolve } = Promise.withResolvers<string>();
  let entered = false;
  const ended = bulkhead
    .run(() => {
      entered = true;
      return promise;
    }, signal)
    .catch((error) => (error.name === 'AbortError' ? error.name : error.code));
  return { ended, finish: () => resolve('done'), entered: () => entered };
}

describe('bulkhead', () => {
  it('runs as many calls as it has places, and refuses beyond its queue', async () => {
    const bulkhead = createBulkhead('catalog', { concurrency: 2, queue: 1 });
    const calls = [held(bulkhead), held(bulkhead), held(bulkhead)];
    await turn();
    expect(calls.map((call) => call.entered())).to.deep.equal([true, true, false]);
    expect([bulkhead.active, bulkhead.waiting]).to.deep.equal([2, 1]);
    expect(await held(bulkhead).ended).to.equal('UPSTREAM_BUSY');
    for (const call of calls) call.finish();
    expect(await Promise.all(calls.map(({ ended }) => ended))).to.deep.equal(['done', 'done', 'done']);
    expect([bulkhead.active, bulkhead.waiting]).to.deep.equal([0, 0]);
  });

  it('serves those who wait in their order', async () => {
    const bulkhead = createBulkhead('catalog', { concurrency: 1, queue: 10 });
    const order: number[] = [];
    await Promise.all(
      [0, 1, 2, 3, 4].map((index) =>
        bulkhead.run(async () => {
          order.push(index);
          await turn();
        }),
      ),
    );
    expect(order).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it('frees the place in the queue of one who gives up', async () => {
    const bulkhead = createBulkhead('catalog', { concurrency: 1, queue: 1 });
    const first = held(bulkhead);
    const controller = new AbortController();
    const impatient = held(bulkhead, controller.signal);
    await turn();
    controller.abort();
    expect(await impatient.ended).to.equal('AbortError');
    const next = held(bulkhead);
    first.finish();
    next.finish();
    expect(await next.ended).to.equal('done');
    expect(impatient.entered()).to.equal(false);
  });

  it('does not start for one who has given up already', async () => {
    const bulkhead = createBulkhead('catalog', { concurrency: 1, queue: 1 });
    const late = held(bulkhead, AbortSignal.abort());
    expect([await late.ended, late.entered(), bulkhead.active]).to.deep.equal(['AbortError', false, 0]);
  });

  it('never exceeds its places and never loses one, whatever ends, throws or gives up when', async () => {
    const step = fc.record({
      kind: fc.constantFrom('start', 'start', 'end', 'throw', 'abort'),
      pick: fc.nat(1_000),
      pause: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.nat(4),
        fc.array(step, { maxLength: 40 }),
        async (concurrency, queue, steps) => {
          const bulkhead = createBulkhead('b', { concurrency, queue });
          const calls: { end(fails: boolean): void; abort(): void }[] = [];
          let inside = 0;
          let most = 0;
          const all: Promise<unknown>[] = [];
          for (const { kind, pick, pause } of steps) {
            const chosen = calls[pick % Math.max(1, calls.length)];
            if (kind === 'end' || kind === 'throw') chosen?.end(kind === 'throw');
            else if (kind === 'abort') chosen?.abort();
            else {
              const gate = Promise.withResolvers<void>();
              const controller = new AbortController();
              const work = async () => {
                most = Math.max(most, ++inside);
                await gate.promise.finally(() => --inside);
              };
              all.push(bulkhead.run(work, controller.signal).catch(() => {}));
              gate.promise.catch(() => {});
              calls.push({
                end: (fails) => (fails ? gate.reject(new Error('fails')) : gate.resolve()),
                abort: () => controller.abort(),
              });
            }
            if (pause) await turn();
            expect(bulkhead.active).to.be.at.most(concurrency);
            expect(bulkhead.waiting).to.be.at.most(queue);
          }
          for (const call of calls) call.end(false);
          await Promise.all(all);
          expect(most).to.be.at.most(concurrency);
          expect([bulkhead.active, bulkhead.waiting, inside]).to.deep.equal([0, 0, 0]);
          expect(await bulkhead.run(async () => 'free')).to.equal('free');
        },
      ),
      { numRuns: 150 },
    );
  });
});
