import { expect } from 'chai';
import type { Clock } from '../../../../chassis/clock.ts';
import { compare, compileRules } from '../../../../facade/comparison/compare.ts';
import type { Observed } from '../../../../facade/comparison/observed.ts';
import { lookTimes, type Reading, recheck } from '../../../../facade/comparison/recheck.ts';

const rules = compileRules({ ignore: [], unordered: [] });
const answer = (value: unknown, status = 200): Reading => ({ ok: true, observed: observed(value, status) });
const observed = (value: unknown, status = 200): Observed => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
});

/** A clock that jumps over every sleep. */
function jumpingClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    monotonic: () => now,
    async sleep(ms) {
      now += ms;
    },
  };
}

/** Rechecks with sides that answer from lists; the last answer of a list stays. */
async function recheckWith({
  control,
  candidate,
  maxLag = 5_000,
}: {
  control: Reading[];
  candidate: Reading[];
  maxLag?: number;
}) {
  const reads = { control: 0, candidate: 0 };
  const next = (side: 'control' | 'candidate', list: Reading[]) => async () => {
    const reading = list[Math.min(reads[side], list.length - 1)]!;
    reads[side] += 1;
    return reading;
  };
  const outcome = await recheck({
    first: { kind: 'mismatch', differences: [] },
    readControl: next('control', control),
    readCandidate: next('candidate', candidate),
    compare: (a, b) => compare(a, b, rules, 0),
    maxLag,
    clock: jumpingClock(),
    signal: new AbortController().signal,
  });
  return { outcome, reads };
}

describe('recheck', () => {
  it('calls a difference lag when two fresh pairs in a row agree', async () => {
    const { outcome, reads } = await recheckWith({ control: [answer(1)], candidate: [answer(0), answer(1)] });
    expect(outcome.kind).to.equal('lag');
    expect(reads.candidate).to.equal(3);
  });

  it('never takes one agreeing pair for lag: a flapping candidate is a mismatch', async () => {
    const flapping = Array.from({ length: 20 }, (_, index) => answer(index % 2));
    const { outcome } = await recheckWith({ control: [answer(1)], candidate: flapping });
    expect(outcome.kind).to.equal('mismatch');
  });

  it('keeps a difference that stays as a mismatch', async () => {
    const { outcome } = await recheckWith({ control: [answer(1)], candidate: [answer(2)] });
    expect(outcome.kind).to.equal('mismatch');
  });

  it('takes a candidate that agrees with legacy as it was read just after as agreeing: the state moved', async () => {
    // Legacy counts up between its two reads of each look; the candidate always shows the newer count.
    const control = [1, 2, 3, 4, 5, 6].map((n) => answer(n));
    const candidate = [2, 4, 6].map((n) => answer(n));
    const { outcome } = await recheckWith({ control, candidate });
    expect(outcome.kind).to.equal('lag');
  });

  it('says candidate-error when the candidate fails at the last look, legacy-error when legacy does', async () => {
    const failing = await recheckWith({ control: [answer(1)], candidate: [{ ok: false, reason: 'reset' }] });
    expect(failing.outcome).to.deep.equal({ kind: 'candidate-error', reason: 'reset' });
    const legacy = await recheckWith({ control: [answer(1, 500)], candidate: [answer(2)] });
    expect(legacy.outcome.kind).to.equal('legacy-error');
  });

  it('looks no later than the route has patience, but for one confirmation', () => {
    expect(lookTimes(0)).to.deep.equal([]);
    expect(lookTimes(3_000)).to.deep.equal([250, 1_000, 2_500, 2_750]);
  });
});
