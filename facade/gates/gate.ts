/** Pure. Evidence → pass, fail or inconclusive. No data is inconclusive, and inconclusive never promotes. */
import type { RouteConfig } from '../../chassis/config/schema/routes.ts';
import type { EvidenceSummary } from '../evidence/counters.ts';
import type { Position } from '../routing/stage.ts';
import type { DataStatus } from './data-status.ts';
import { cleanNeeded, DECISIVE, evidenceAbove, evidenceBelow } from './e-value.ts';

/** What a gate or one of its checks says. */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** One check of a gate. */
export interface GateCheck {
  check: 'comparison' | 'errors' | 'latency' | 'time' | 'data';
  verdict: Verdict;
  /** Found and expected, in words. */
  detail: string;
  /** For `comparison`: about how many more clean requests would decide it. */
  needed?: number;
}

/** A gate's verdict: fail if one check fails, pass only if all pass. */
export interface GateReport {
  verdict: Verdict;
  checks: GateCheck[];
}

/** What a gate looks at. */
export interface GateInput {
  position: Position;
  gate: RouteConfig['gate'];
  summary: EvidenceSummary;
  /** Milliseconds since the evidence began. */
  age: number;
  /** Undefined when the route names no data group. */
  data: DataStatus | undefined;
}

/** Fewer answers than this say nothing about errors or latency. */
const LEAST_ANSWERS = 50;

/** With fewer answers than this, failed ones do not yet speak against the service. */
const LEAST_TO_FAIL = 20;

/** A p95 that is worse by less than this (ms) is not told from noise. */
const LATENCY_NOISE_MS = 5;

/** Judges the step after `position`: which checks count depends on where the route stands. */
export function judge(input: GateInput): GateReport {
  const checks = checksFor(input);
  return { verdict: worst(checks), checks };
}

function checksFor(input: GateInput): GateCheck[] {
  const data = input.data === undefined ? [] : [dataCheck(input.data)];
  switch (input.position.stage) {
    case 'legacy':
    case 'retired':
      return [];
    case 'shadow':
      return [comparison(input), latency(input, 'control', 'candidate'), time(input), ...data];
    case 'canary': {
      // With all keys on the service nothing is compared any more.
      const compared = input.position.percent < 100 ? [comparison(input)] : [];
      return [...compared, errors(input), latency(input, 'legacy', 'service'), time(input), ...data];
    }
    case 'live':
      return [errors(input), time(input), ...data];
  }
}

function worst(checks: GateCheck[]): Verdict {
  if (checks.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return checks.some(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : 'pass';
}

function comparison({ gate, summary }: GateInput): GateCheck {
  const { compared, mismatched } = summary;
  const found = `${mismatched} of ${compared} comparisons differ, limit ${share(gate.mismatch)}`;
  const check = 'comparison' as const;
  if (gate.mismatch <= 0 || gate.mismatch >= 1)
    return edgeOfScale(gate.mismatch, compared, mismatched, found);
  if (evidenceAbove(gate.mismatch, compared, mismatched) >= DECISIVE)
    return { check, verdict: 'fail', detail: found };
  if (evidenceBelow(gate.mismatch, compared, mismatched) >= DECISIVE)
    return { check, verdict: 'pass', detail: found };
  const needed = cleanNeeded(gate.mismatch, compared, mismatched);
  return {
    check,
    verdict: 'inconclusive',
    detail: `${found}; about ${needed} more clean requests needed`,
    needed,
  };
}

/** A limit of 0 % allows no mismatch and is judged as 0.1 %; a limit of 100 % asks for a comparison at all. */
function edgeOfScale(limit: number, compared: number, mismatched: number, found: string): GateCheck {
  const check = 'comparison' as const;
  if (limit <= 0 && mismatched > 0) return { check, verdict: 'fail', detail: found };
  const needed = limit <= 0 ? cleanNeeded(0.001, compared, mismatched) : Math.max(0, 1 - compared);
  if (needed === 0) return { check, verdict: 'pass', detail: found };
  return {
    check,
    verdict: 'inconclusive',
    detail: `${found}; about ${needed} more clean requests needed`,
    needed,
  };
}

function errors({ gate, summary: { service } }: GateInput): GateCheck {
  const { answered, failed } = service;
  const detail = `${failed} of ${answered} answers of the service failed, limit ${share(gate.errors)}`;
  const check = 'errors' as const;
  const limit = Math.min(Math.max(gate.errors, 0.0001), 0.9999);
  // One answer among the first few would decide it by the numbers, and take a route back for one restart.
  if (answered >= LEAST_TO_FAIL && evidenceAbove(limit, answered, failed) >= DECISIVE)
    return { check, verdict: 'fail', detail };
  if (answered < LEAST_ANSWERS) {
    return { check, verdict: 'inconclusive', detail: `${detail}; at least ${LEAST_ANSWERS} answers needed` };
  }
  return { check, verdict: failed / answered <= gate.errors ? 'pass' : 'inconclusive', detail };
}

function latency(
  { gate, summary }: GateInput,
  base: 'control' | 'legacy',
  tried: 'candidate' | 'service',
): GateCheck {
  const [before, after] = [summary.p95[base], summary.p95[tried]];
  const check = 'latency' as const;
  const least = Math.min(summary.measured[base] ?? 0, summary.measured[tried] ?? 0);
  if (before === undefined || after === undefined || least < LEAST_ANSWERS) {
    return {
      check,
      verdict: 'inconclusive',
      detail: `${least} latencies measured, at least ${LEAST_ANSWERS} needed`,
    };
  }
  const detail = `p95 ${after} ms against ${before} ms of legacy, limit ${gate.latency}x`;
  const fine = after <= before * gate.latency || after - before < LATENCY_NOISE_MS;
  return { check, verdict: fine ? 'pass' : 'fail', detail };
}

function time({ gate, age }: GateInput): GateCheck {
  const detail = `evidence of ${Math.floor(age / 1_000)} s, at least ${gate.minimum / 1_000} s needed`;
  return { check: 'time', verdict: age >= gate.minimum ? 'pass' : 'inconclusive', detail };
}

function dataCheck(data: DataStatus): GateCheck {
  const check = 'data' as const;
  switch (data.kind) {
    case 'unknown':
      return { check, verdict: 'inconclusive', detail: `data group ${data.group}: ${data.reason}` };
    case 'known': {
      const verified =
        data.verified === null ? 'never verified' : data.verified.clean ? 'verified clean' : 'rows differ';
      const detail = `data group ${data.group} is ${data.caughtUp ? 'caught up' : data.state}, ${verified}`;
      if (data.verified?.clean === false) return { check, verdict: 'fail', detail };
      return { check, verdict: data.caughtUp && data.verified?.clean ? 'pass' : 'inconclusive', detail };
    }
  }
}

function share(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(3))} %`;
}
