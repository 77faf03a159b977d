/** One comparison from the copied answer to its outcome. */
import type { Clock } from '../../chassis/clock.ts';
import type { Transport } from '../../chassis/http/transport.ts';
import { type CompareRules, compare, compileRules } from '../comparison/compare.ts';
import type { Observed } from '../comparison/observed.ts';
import type { Outcome } from '../comparison/outcome.ts';
import { recheck } from '../comparison/recheck.ts';
import type { Headers } from '../forwarding/request-headers.ts';
import type { Upstream } from '../forwarding/upstream.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { ComparedRequest } from './compared-request.ts';
import { decodedBody } from './decode-body.ts';
import type { LegGuard } from './leg-guard.ts';
import type { Pace } from './pacing.ts';
import { callSide, LARGEST_EXPANSION, type ShadowLeg, type ShadowRequest } from './shadow-call.ts';
import { SHADOW_MARK_HEADER, type ShadowMarks } from './shadow-mark.ts';
import type { VerdictRecorder } from './verdict-recorder.ts';

/** What is to be compared, and with what. */
export interface ComparisonJob {
  request: ComparedRequest;
  route: ActiveRoute;
  legacy: Upstream;
  service: Upstream;
  guard: LegGuard;
  legacyGuard: LegGuard;
}

/** What all jobs share. */
export interface JobDeps {
  transport: Transport;
  verdicts: VerdictRecorder;
  clock: Clock;
  marks: ShadowMarks;
  signal: AbortSignal;
  rechecks: { active: number; most: number };
  /** When the bodies are compared, which takes long for large ones. */
  pace: Pace;
}

/** A route's rules are compiled at its first comparison. */
const compiled = new WeakMap<object, CompareRules>();

/** Runs the comparison and records its outcome; rejects when the comparator itself fails. */
export async function runComparison(job: ComparisonJob, deps: JobDeps): Promise<void> {
  const { request, route } = job;
  const { status, headers } = request.control;
  const decoded = decodedBody(
    request.control.body(),
    headers,
    route.config.shadow.maxBody * LARGEST_EXPANSION,
  );
  const body = decoded instanceof Promise ? await decoded : decoded;
  const control: Observed = { status, headers, body };

  const startedAt = deps.clock.monotonic();
  const answer = await callSide(deps.transport, legOf(job, 'service'), requestOf(request, deps.marks));
  const candidateMs = deps.clock.monotonic() - startedAt;
  if (!answer.ok) return deps.verdicts.outcome(route, request, failed(answer.reason));

  deps.verdicts.latency(route, request.controlMs, candidateMs);
  if (answer.observed.status >= 500) {
    return deps.verdicts.outcome(route, request, failed(`status ${answer.observed.status}`));
  }
  const rules = rulesOf(route);
  const { outcome, hits } = await inPace(deps.pace, () =>
    compare(control, answer.observed, rules, deps.clock.now()),
  );
  deps.verdicts.hits(route, hits);
  const settled = outcome.kind === 'mismatch' ? await settle(outcome, rules, job, deps) : outcome;
  deps.verdicts.outcome(route, request, settled);
}

function inPace<Result>(pace: Pace, work: () => Result): Promise<Result> {
  return new Promise((resolve, reject) =>
    pace.add(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    }),
  );
}

/** A service that is spared says nothing about itself; one that failed does. */
function failed(reason: string): Outcome {
  return reason === 'BREAKER_OPEN'
    ? { kind: 'not-compared', reason: 'breaker-open' }
    : { kind: 'candidate-error', reason };
}

/** A mismatch is looked at again while there is room for it; the service may only be late. */
async function settle(
  outcome: Extract<Outcome, { kind: 'mismatch' }>,
  rules: CompareRules,
  job: ComparisonJob,
  deps: JobDeps,
): Promise<Outcome> {
  const { rechecks, transport, clock, signal } = deps;
  if (rechecks.active >= rechecks.most) return outcome;
  const request = requestOf(job.request, deps.marks);
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

function rulesOf({ config }: ActiveRoute): CompareRules {
  const rules = compiled.get(config.compare) ?? compileRules(config.compare);
  compiled.set(config.compare, rules);
  return rules;
}

function legOf(
  { route, legacy, service, guard, legacyGuard }: ComparisonJob,
  side: 'legacy' | 'service',
): ShadowLeg {
  const { maxBody, timeout } = route.config.shadow;
  return side === 'legacy'
    ? { upstream: legacy, guard: legacyGuard, maxBody, timeout }
    : { upstream: service, guard, maxBody, timeout };
}

function requestOf({ method, target, headers }: ComparedRequest, marks: ShadowMarks): ShadowRequest {
  const sent: Headers = { ...headers, [SHADOW_MARK_HEADER]: marks.make() };
  // What has no body, as all that is compared, needs no framing.
  sent['content-length'] = undefined;
  sent['transfer-encoding'] = undefined;
  return { method, path: target.path + target.query, headers: sent };
}
