import { expect } from 'chai';
import {
  type Breaker,
  type BreakerOptions,
  type BreakerState,
  createBreaker,
} from '../../../chassis/breaker.ts';
import { until } from '../../support/wait.ts';

const TIMES = { timeout: 40, window: 150, reset: 150, minimum: 5 };
const opened: Breaker[] = [];

function breaker(options: Partial<BreakerOptions> = {}): Breaker {
  const one = createBreaker({ name: 'catalog', ...TIMES, ...options });
  opened.push(one);
  return one;
}

const fail = async () => {
  throw new Error('down');
};
const succeed = async () => 'ok';
const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

async function failTimes(one: Breaker, times: number): Promise<void> {
  for (let call = 0; call < times; call += 1) await one.run(fail).catch(() => {});
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error) => error.code ?? error.message,
  );

describe('breaker', () => {
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });

  it('gives what the call gives, and its own error', async () => {
    const error = new Error('mine');
    expect(await breaker().run(async () => 7)).to.equal(7);
    expect(await breaker().run(async () => undefined)).to.equal(undefined);
    const found = await breaker()
      .run(async () => {
        throw error;
      })
      .catch((one) => one);
    expect(found).to.equal(error);
  });

  it('never opens below the minimum of calls', async () => {
    const one = breaker({ minimum: 6 });
    await failTimes(one, 5);
    expect(one.state).to.equal('closed');
    await failTimes(one, 1);
    expect(one.state).to.equal('open');
  });

  it('opens above the share of failures only', async () => {
    const one = breaker({ failures: 50, minimum: 10 });
    for (let call = 0; call < 10; call += 1) await one.run(call % 2 === 0 ? fail : succeed).catch(() => {});
    expect(one.state, 'at 50 %').to.equal('closed');
    await failTimes(one, 1);
    expect(one.state, 'above 50 %').to.equal('open');
  });

  it('calls nothing while it is open, and says so', async () => {
    const one = breaker();
    await failTimes(one, 5);
    let called = 0;
    const error = await one.run(async () => (called += 1)).catch((found) => found);
    expect([error.code, called]).to.deep.equal(['BREAKER_OPEN', 0]);
    expect(error.message).to.include('catalog');
  });

  it('lets exactly one call through after the reset, and closes when it succeeds', async () => {
    const one = breaker();
    await failTimes(one, 5);
    await until(() => one.state === 'half-open');
    let release = (_: string) => {};
    const probe = one.run(() => new Promise<string>((resolve) => (release = resolve)));
    const others = await Promise.all([1, 2, 3].map(() => codeOf(one.run(succeed))));
    expect(others).to.deep.equal(['BREAKER_OPEN', 'BREAKER_OPEN', 'BREAKER_OPEN']);
    release('ok');
    expect(await probe).to.equal('ok');
    expect(one.state).to.equal('closed');
  });

  it('opens again when that call fails', async () => {
    const one = breaker();
    await failTimes(one, 5);
    await until(() => one.state === 'half-open');
    await failTimes(one, 1);
    expect(one.state).to.equal('open');
  });

  it('leaves half-open also when that call hangs', async () => {
    const one = breaker();
    await failTimes(one, 5);
    expect(one.admits, 'open').to.equal(false);
    await until(() => one.state === 'half-open');
    expect(one.admits, 'before its one call').to.equal(true);
    const hanging = codeOf(one.run(() => new Promise(() => {})));
    expect(one.admits, 'with its one call under way').to.equal(false);
    expect(await hanging).to.equal('BREAKER_TIMEOUT');
    expect(one.state).to.equal('open');
    await until(() => one.state === 'half-open');
    expect(await one.run(succeed)).to.equal('ok');
  });

  it('is not closed by a straggler from before it opened', async () => {
    const one = breaker();
    let finish = () => {};
    const straggler = codeOf(one.run(() => new Promise<void>((resolve) => (finish = resolve))));
    await failTimes(one, 5);
    expect(one.state).to.equal('open');
    await until(() => one.state === 'half-open');
    finish();
    expect(await straggler, 'its time was over long before').to.equal('BREAKER_TIMEOUT');
    expect(one.state).to.equal('half-open');
  });

  it('counts a call that was begun when it ends, not at all when nothing was learnt of it', async () => {
    const one = breaker();
    for (let left = 20; left > 0; left -= 1) one.begin();
    for (let left = 20; left > 0; left -= 1) one.begin()!.dropped();
    for (let left = 5; left > 0; left -= 1) one.begin()!.failed();
    await until(() => one.state === 'open');
    expect(one.begin()).to.equal(undefined);
  });

  it('ignores the end of a call that was begun before it opened', async () => {
    const one = breaker();
    const [straggler, other] = [one.begin()!, one.begin()!];
    await failTimes(one, 5);
    await until(() => one.state === 'half-open');
    straggler.succeeded();
    other.failed();
    expect(await codeOf(one.run(succeed)), 'its one call is still to come').to.equal('ok');
    expect(one.state).to.equal('closed');
  });

  it('begins one call after the reset, and does what it says', async () => {
    for (const [end, state] of [
      ['succeeded', 'closed'],
      ['failed', 'open'],
      ['dropped', 'open'],
    ] as const) {
      const one = breaker();
      await failTimes(one, 5);
      await until(() => one.state === 'half-open');
      const call = one.begin()!;
      expect(one.begin()).to.equal(undefined);
      call[end]();
      await until(() => one.state === state, { timeout: 100, what: `${state} when it has ${end}` });
    }
  });

  it('opens again when the call takes too long, and closes when it succeeds all the same', async () => {
    const one = breaker();
    await failTimes(one, 5);
    await until(() => one.state === 'half-open');
    const call = one.begin()!;
    await until(() => one.state === 'open');
    call.succeeded();
    expect(one.state).to.equal('closed');
  });

  it('opens again after a recovery without being held back by what it refused', async () => {
    const one = breaker();
    await failTimes(one, 5);
    await Promise.all(Array.from({ length: 2_000 }, () => codeOf(one.run(succeed))));
    await until(() => one.state === 'half-open');
    await one.run(succeed);
    let needed = 0;
    while (one.state === 'closed' && needed < 200) {
      await failTimes(one, 1);
      needed += 1;
    }
    expect(needed).to.be.at.most(10);
  });

  it('aborts the signal of the call that took too long, and of no other', async () => {
    const one = breaker({ timeout: 100 });
    const signals: AbortSignal[] = [];
    const slow = codeOf(
      one.run((signal) => {
        signals.push(signal);
        return hang(signal);
      }),
    );
    await until(() => signals[0]?.aborted === true);
    const quick = await one.run(async (signal) => {
      signals.push(signal);
      return signal.aborted;
    });
    expect(await slow).to.equal('BREAKER_TIMEOUT');
    expect(quick, 'the next call starts with a fresh signal').to.equal(false);
    expect(signals[1]?.aborted).to.equal(false);
  });

  it('counts a timeout as a failure', async () => {
    const one = breaker({ timeout: 5 });
    await Promise.all(Array.from({ length: 5 }, () => codeOf(one.run(hang))));
    expect(one.state).to.equal('open');
  });

  it('passes on errors that do not speak against the resource, and stays closed', async () => {
    const one = breaker({ isFailure: (error) => (error as Error).message !== 'not found' });
    for (let call = 0; call < 20; call += 1) {
      const found = await codeOf(
        one.run(async () => {
          throw new Error('not found');
        }),
      );
      expect(found).to.equal('not found');
    }
    expect(one.state).to.equal('closed');
    await failTimes(one, 30);
    expect(one.state).to.equal('open');
  });

  it('takes a call that throws before it awaits as any other failure', async () => {
    const one = breaker();
    const throwing = (): Promise<never> => {
      throw new Error('at once');
    };
    expect(await codeOf(one.run(throwing))).to.equal('at once');
  });

  it('tells each change of its state, and a listener that throws hurts nobody', async () => {
    const one = breaker();
    const states: BreakerState[] = [];
    one.onChange(() => {
      throw new Error('listener');
    });
    one.onChange((state) => states.push(state));
    await failTimes(one, 5);
    await until(() => one.state === 'half-open');
    expect(await one.run(succeed)).to.equal('ok');
    expect(states).to.deep.equal(['open', 'half-open', 'closed']);
  });

  it('does not change the options that it is given', () => {
    const options = Object.freeze({ name: 'catalog', ...TIMES });
    breaker(options);
    expect(options).to.deep.equal({ name: 'catalog', ...TIMES });
  });

  const unsafe: [string, Partial<BreakerOptions>, RegExp][] = [
    ['a timeout as long as the reset', { timeout: 150 }, /found timeout 150 ms with reset 150 ms/],
    ['no timeout', { timeout: 0 }, /found timeout 0 ms/],
    ['an endless timeout', { timeout: Number.POSITIVE_INFINITY }, /found timeout Infinity ms/],
    ['a timeout that is no number', { timeout: Number.NaN }, /found timeout NaN ms/],
    ['a reset shorter than the window', { window: 151 }, /found reset 150 ms with window 151 ms/],
    ['a minimum that one failure reaches', { minimum: 1 }, /found minimum 1/],
    ['a minimum that is no number', { minimum: Number.NaN }, /found minimum NaN/],
    ['a window that is no number', { window: Number.NaN }, /window NaN/],
    ['no window', { window: 0 }, /window 0/],
    ['a share above 100 %', { failures: 101 }, /found failures 101/],
    ['a share that no failures exceed', { failures: 100 }, /found failures 100/],
    ['a share that every call reaches', { failures: 0 }, /found failures 0/],
  ];
  for (const [title, options, message] of unsafe) {
    it(`refuses ${title}`, () => {
      expect(() => breaker(options))
        .to.throw(message)
        .with.property('code', 'BREAKER_UNSAFE');
    });
  }
});
