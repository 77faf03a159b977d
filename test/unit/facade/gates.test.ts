import { expect } from 'chai';
import fc from 'fast-check';
import { type EvidenceSummary, summarize } from '../../../facade/evidence/counters.ts';
import { bucketOfLatency, edgeOfBucket, quantileOf } from '../../../facade/evidence/latency-buckets.ts';
import { cleanNeeded, DECISIVE, evidenceAbove, evidenceBelow } from '../../../facade/gates/e-value.ts';
import { type GateInput, judge } from '../../../facade/gates/gate.ts';

const summary = (rest: Partial<EvidenceSummary> = {}): EvidenceSummary => ({
  ...{ outcomes: {}, skipped: {}, rules: {}, compared: 0, mismatched: 0, p95: {}, measured: {} },
  ...{ legacy: { answered: 0, failed: 0 }, service: { answered: 0, failed: 0 }, ...rest },
});
const input = (rest: Partial<GateInput> = {}): GateInput => ({
  position: { stage: 'shadow', percent: 0 },
  gate: { mismatch: 0.01, minimum: 60_000, latency: 1.5, errors: 0.005 },
  summary: summary({
    compared: 1_000,
    p95: { control: 20, candidate: 22 },
    measured: { control: 1_000, candidate: 1_000 },
  }),
  age: 120_000,
  data: undefined,
  ...rest,
});

describe('E-values', () => {
  it('need as many clean requests as computed for the design', () => {
    expect([0, 1, 2, 3].map((bad) => bad + 0 && cleanTotal(0.01, bad)).slice(1)).to.deep.equal([
      683, 882, 1_065,
    ]);
    expect(cleanTotal(0.01, 0)).to.be.within(448, 450);
    expect(cleanTotal(0.005, 0)).to.be.within(899, 903);
  });

  it('rise with every clean request, fall with every bad one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 50 }), (total, bad) => {
        const known = Math.min(bad, total);
        expect(evidenceBelow(0.01, total + 1, known)).to.be.at.least(evidenceBelow(0.01, total, known));
        expect(evidenceBelow(0.01, total + 1, known + 1)).to.be.at.most(evidenceBelow(0.01, total, known));
        expect(evidenceAbove(0.01, total + 1, known + 1)).to.be.at.least(evidenceAbove(0.01, total, known));
      }),
    );
  });

  it('seldom promote a route that is just at its limit, however often one looks', () => {
    const random = seeded(7);
    let promoted = 0;
    for (let route = 0; route < 300; route += 1) {
      let bad = 0;
      for (let total = 1; total <= 2_000; total += 1) {
        if (random() < 0.01) bad += 1;
        if (total % 50 === 0 && evidenceBelow(0.01, total, bad) >= DECISIVE) {
          promoted += 1;
          break;
        }
      }
    }
    expect(promoted / 300).to.be.at.most(0.05);
  });
});

describe('A gate', () => {
  it('is inconclusive without data, whatever the stage', () => {
    for (const stage of ['shadow', 'canary', 'live'] as const) {
      expect(judge(input({ position: { stage, percent: 10 }, summary: summary() })).verdict, stage).to.equal(
        'inconclusive',
      );
    }
  });

  it('passes on enough clean evidence, and says what is missing before', () => {
    expect(judge(input()).verdict).to.equal('pass');
    const early = judge(input({ summary: { ...input().summary, compared: 100 } }));
    expect(early.verdict).to.equal('inconclusive');
    const check = early.checks.find((one) => one.check === 'comparison')!;
    expect(check.needed).to.be.within(348, 350);
    expect(check.detail).to.include(`about ${check.needed} more clean requests needed`);
  });

  it('fails when the evidence is against the service', () => {
    const failing = (rest: Partial<EvidenceSummary>) =>
      judge(input({ summary: { ...input().summary, ...rest } }));
    expect(failing({ mismatched: 100 }).verdict).to.equal('fail');
    expect(failing({ p95: { control: 20, candidate: 40 } }).verdict).to.equal('fail');
    expect(failing({ p95: { control: 1, candidate: 4 } }).verdict, 'a few ms are noise').to.equal('pass');
    const canary = input({ position: { stage: 'canary', percent: 10 } });
    const service = { answered: 100, failed: 30 };
    expect(judge({ ...canary, summary: { ...canary.summary, service } }).verdict).to.equal('fail');
  });

  it('does not fail on a failed answer among the first few', () => {
    const live = input({ position: { stage: 'live', percent: 0 } });
    const verdictAfter = (answered: number, failed: number) =>
      judge({ ...live, summary: { ...live.summary, service: { answered, failed } } }).verdict;
    expect(verdictAfter(1, 1)).to.equal('inconclusive');
    expect(verdictAfter(19, 19)).to.equal('inconclusive');
    expect(verdictAfter(20, 20)).to.equal('fail');
  });

  it('waits for its time, and for its data group', () => {
    expect(judge(input({ age: 59_000 })).verdict).to.equal('inconclusive');
    const data = {
      kind: 'known',
      group: 'g',
      state: 'streaming',
      caughtUp: true,
      lagSeconds: 0,
      verified: { clean: true, at: 1 },
    } as const;
    expect(judge(input({ data })).verdict).to.equal('pass');
    expect(judge(input({ data: { ...data, verified: null } })).verdict).to.equal('inconclusive');
    expect(judge(input({ data: { ...data, caughtUp: false } })).verdict).to.equal('inconclusive');
    expect(judge(input({ data: { ...data, verified: { clean: false, at: 1 } } })).verdict).to.equal('fail');
    expect(judge(input({ data: { kind: 'unknown', group: 'g', reason: 'away' } })).verdict).to.equal(
      'inconclusive',
    );
  });

  it('never passes with a mismatch when none is allowed', () => {
    const strict = { ...input().gate, mismatch: 0 };
    expect(
      judge(input({ gate: strict, summary: { ...input().summary, compared: 100_000, mismatched: 1 } }))
        .verdict,
    ).to.equal('fail');
    expect(judge(input({ gate: strict, summary: { ...input().summary, compared: 5_000 } })).verdict).to.equal(
      'pass',
    );
  });
});

describe('Evidence in numbers', () => {
  it('counts an error of the candidate against it, and lag for it', () => {
    const counters = {
      'outcome match': 5,
      'outcome lag': 2,
      'outcome mismatch': 1,
      'outcome candidate-error': 3,
      'outcome legacy-error': 7,
      'skip busy': 4,
    };
    expect(summarize({ counters })).to.include({ compared: 11, mismatched: 4 });
    expect(summarize({ counters }).skipped).to.deep.equal({ busy: 4 });
  });

  it('reads a percentile within a tenth', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 50_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (latencies) => {
          const buckets = new Map<number, number>();
          for (const ms of latencies)
            buckets.set(bucketOfLatency(ms), (buckets.get(bucketOfLatency(ms)) ?? 0) + 1);
          const exact = latencies.sort((a, b) => a - b)[Math.ceil(0.95 * latencies.length) - 1]!;
          expect(quantileOf(buckets, 0.95)! / exact).to.be.within(0.999, 1.101);
        },
      ),
    );
    expect(edgeOfBucket(bucketOfLatency(10))).to.be.within(10, 11);
    expect(quantileOf(new Map(), 0.95)).to.equal(undefined);
  });
});

/** All requests, the bad ones included, after which the evidence is decisive. */
function cleanTotal(limit: number, bad: number): number {
  return bad + cleanNeeded(limit, bad, bad);
}

/** mulberry32 (Tommy Ettinger, public domain). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
