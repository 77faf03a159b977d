/** One comparison from the copied answer to its outcome. */
import type { Breaker } from '../../chassis/breaker.ts';
import type { Clock } from '../../chassis/clock.ts';
import type { Transport } from '../../chassis/http/transport.ts';
import { type CompareRules, compare, compileRules } from '../comparison/compare.ts';
import type { Observed } from '../comparison/observed.ts';
import type { Outcome } from '../comparison/outcome.ts';
import { recheck } from '../comparison/recheck.ts';
import type { Exchange } from '../forwarding/exchange.ts';
import type { Upstream } from '../forwarding/upstream.ts';
import type { ActiveRoute } from '../snapshot.ts';
import { decodeBody } from './decode-body.ts';
import { callSide, type ShadowRequest } from './shadow-call.ts';
import { SHADOW_MARK_HEADER, type ShadowMarks } from './shadow-mark.ts';
import type { VerdictRecorder } from './verdict-recorder.ts';

/** What is to be compared, and with what. */
export interface ComparisonJob {
  exchange: Exchange;
  route: ActiveRoute;
  /** How long the control's answer took. */
  controlMs: number;
  legacy: Upstream;
  service: Upstream;
  breaker: Breaker;
  legacyBreaker: Breaker;
}

/** What all jobs share. */
export interface JobDeps {
  transport: Transport;
  verdicts: VerdictRecorder;
  clock: Clock;
  marks: ShadowMarks;
  signal: AbortSignal;
  rechecks: { active: number; most: number };
}

const LARGEST_EXPANSION = 8;

/** Runs the comparison and records its outcome; rejects when the comparator itself fails. */
export async function runComparison(job: ComparisonJob, deps: JobDeps): Promise<void> {
  const { exchange, route } = job;
  const { maxBody } = route.config.shadow;
  const capture = exchange.capture!;
  const body = await decodeBody(capture.body(), capture.headers, maxBody * LARGEST_EXPANSION);
  const control: Observed = { status: capture.status, headers: capture.headers, body };

  const startedAt = deps.clock.monotonic();
  const answer = await callSide(deps.transport, legOf(job, 'service'), requestOf(exchange, deps.marks));
  const candidateMs = deps.clock.monotonic() - startedAt;
  if (!answer.ok) return deps.verdicts.outcome(route, exchange, failed(answer.reason));

  deps.verdicts.latency(route, job.controlMs, candidateMs);
  if (answer.observed.status >= 500) {
    return deps.verdicts.outcome(route, exchange, failed(`status ${answer.observed.status}`));
  }
  const rules = compileRules(route.config.compare);
  const { outcome, hits } = compare(control, answer.observed, rules, deps.clock.now());
  deps.verdicts.hits(route, hits);
  deps.verdicts.outcome(route, exchange, await settle(outcome, rules, job, deps));
}

/** A service that is spared says nothing about itself; one that failed does. */
function failed(reason: string): Outcome {
  return reason === 'BREAKER_OPEN'
    ? { kind: 'not-compared', reason: 'breaker-open' }
    : { kind: 'candidate-error', reason };
}

/** A mismatch is looked at again while there is room for it; the service may only be late. */
async function settle(
  outcome: Outcome,
  rules: CompareRules,
  job: ComparisonJob,
  deps: JobDeps,
): Promise<Outcome> {
  const { rechecks, transport, clock, signal } = deps;
  if (outcome.kind !== 'mismatch' || rechecks.active >= rechecks.most) return outcome;
  const request = requestOf(job.exchange, deps.marks);
  rechecks.active += 1;
  try {
    return await recheck({
      first: outcome,
      readControl: () => callSide(transport, legOf(job, 'legacy'), request),
      readCandidate: () => callSide(transport, legOf(job, 'service'), request),
      compare: (control, candidate) => compare(control, candidate, rules, clock.now()),
      maxLag: job.route.config.compare.maxLag,
      ...{ clock, signal },
    });
  } finally {
    rechecks.active -= 1;
  }
}

function legOf(
  { route, legacy, service, breaker, legacyBreaker }: ComparisonJob,
  side: 'legacy' | 'service',
) {
  const { maxBody } = route.config.shadow;
  return side === 'legacy'
    ? { upstream: legacy, breaker: legacyBreaker, maxBody }
    : { upstream: service, breaker, maxBody };
}

function requestOf({ request, target, headers, requestId }: Exchange, marks: ShadowMarks): ShadowRequest {
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...sent } = headers;
  return {
    method: request.method ?? 'GET',
    path: target.path + target.query,
    headers: { ...sent, [SHADOW_MARK_HEADER]: marks.make(requestId) },
  };
}
