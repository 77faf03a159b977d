import { expect } from 'chai';
import { createLifecycle } from '../../../chassis/lifecycle.ts';
import { createLogger } from '../../../chassis/log.ts';

function started(deadline?: number) {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ process: 'p', write: (line) => lines.push(JSON.parse(line)) });
  const order: string[] = [];
  const lifecycle = createLifecycle({ log, deadline });
  const note = (name: string) => lifecycle.onClose(name, () => void order.push(name));
  return { lifecycle, order, note, lines };
}

describe('lifecycle', () => {
  it('closes in reverse order, each after the one before has ended', async () => {
    const { lifecycle, order, note } = started();
    note('database');
    lifecycle.onClose('queue', async () => {
      await new Promise(setImmediate);
      order.push('queue');
    });
    note('server');
    await lifecycle.close();
    expect(order).to.deep.equal(['server', 'queue', 'database']);
  });

  it('closes once, however often it is asked', async () => {
    const { lifecycle, order, note } = started();
    note('a');
    const [first, second] = [lifecycle.close(), lifecycle.close()];
    await Promise.all([first, second, lifecycle.close()]);
    expect(order).to.deep.equal(['a']);
  });

  it('goes on when a release throws or rejects, and says which', async () => {
    const { lifecycle, order, note, lines } = started();
    note('last');
    lifecycle.onClose('rejects', async () => {
      throw new Error('no');
    });
    lifecycle.onClose('throws', () => {
      throw new Error('never');
    });
    await lifecycle.close();
    expect(order).to.deep.equal(['last']);
    expect(lines.map(({ name, error }) => [name, error])).to.deep.equal([
      ['throws', 'never'],
      ['rejects', 'no'],
    ]);
  });

  it('goes on when a release hangs, after the deadline', async () => {
    const { lifecycle, order, note, lines } = started(20);
    note('last');
    lifecycle.onClose('hangs', () => new Promise(() => {}));
    await lifecycle.close();
    expect(order).to.deep.equal(['last']);
    expect(lines[0]).to.include({ name: 'hangs', error: 'hangs did not close within 20 ms' });
  });

  it('gives a release the time that it says it takes on top of the deadline', async () => {
    const { lifecycle, order, note, lines } = started(20);
    note('last');
    const { promise, resolve } = Promise.withResolvers<void>();
    lifecycle.onClose('takes long', () => promise, { takes: 600_000 });
    const closed = lifecycle.close();
    // Longer than the deadline alone.
    setTimeout(() => {
      order.push('takes long');
      resolve();
    }, 60);
    await closed;
    expect(order).to.deep.equal(['takes long', 'last']);
    expect(lines).to.deep.equal([]);
  });

  it('goes on when a release takes longer than it said', async () => {
    const { lifecycle, order, note, lines } = started(10);
    note('last');
    lifecycle.onClose('hangs', () => new Promise(() => {}), { takes: 20 });
    await lifecycle.close();
    expect(order).to.deep.equal(['last']);
    expect(lines[0]).to.include({ error: 'hangs did not close within 30 ms' });
  });

  it('releases at once what is opened while it closes', async () => {
    const { lifecycle, order, note } = started();
    lifecycle.onClose('first', async () => note('late'));
    await lifecycle.close();
    note('later');
    await new Promise(setImmediate);
    expect(order).to.deep.equal(['late', 'later']);
  });
});
