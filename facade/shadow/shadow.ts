/**
 * The candidate's side of the flow. While an answer of legacy passes, a copy is kept; when the client has it,
 * a bounded, droppable job asks the service the same and compares. Nothing here is awaited by a client's
 * request, and nothing here throws into it.
 */
import type { Clock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import { createTransport } from '../../chassis/http/transport.ts';
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import { counter } from '../evidence/counters.ts';
import type { EvidenceRecorder } from '../evidence/recorder.ts';
import type { Exchange } from '../forwarding/exchange.ts';
import type { AnswerHead, BodyObserver } from '../forwarding/forwarder.ts';
import type { AnswerTap } from '../forwarding/pass-answer.ts';
import { hasBody } from '../forwarding/request-headers.ts';
import type { Upstream } from '../forwarding/upstream.ts';
import type { View } from '../in-force.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { WaitingClients } from '../waiting-clients.ts';
import { CapturedAnswer } from './captured-answer.ts';
import { type ComparedRequest, comparedRequest } from './compared-request.ts';
import { ComparisonAdmission } from './comparison-admission.ts';
import { type ComparisonJob, type JobDeps, runComparison } from './comparison-job.ts';
import { ineligible } from './eligibility.ts';
import { LegGuards } from './leg-guard.ts';
import { createPace } from './pacing.ts';
import type { ShadowMarks } from './shadow-mark.ts';
import { createVerdictRecorder } from './verdict-recorder.ts';

/** What the shadow is made from. */
export interface ShadowOptions {
  view: () => View;
  recorder: EvidenceRecorder;
  marks: ShadowMarks;
  metrics: Metrics;
  log: Logger;
  clock: Clock;
  /** Those that comparisons make way for. */
  clients: WaitingClients;
  /** 0 to 1, for sampling. */
  random: () => number;
}

/** The shadow's two places in the flow. */
export interface Shadow {
  /** Sees the head of each answer, before its body passes. */
  tap: AnswerTap;
  /** The client has its answer. */
  onEnd(exchange: Exchange, ms: number): void;
  close(): Promise<void>;
}

/** Comparisons that are read again at a time, over all routes; beyond it a mismatch stands as first seen. */
const MOST_RECHECKS = 32;

/** Makes the shadow. */
export function createShadow(options: ShadowOptions): Shadow {
  const { view, recorder, log } = options;
  const transport = createTransport({ connections: 64, connectTimeout: 1_000 });
  const stop = new AbortController();
  const verdicts = createVerdictRecorder(options);
  const guards = new LegGuards(options.clock.monotonic);
  const pace = createPace({ clients: options.clients, now: options.clock.monotonic });
  const jobs: JobDeps = {
    ...{ transport, verdicts, clock: options.clock, marks: options.marks, signal: stop.signal },
    rechecks: { active: 0, most: MOST_RECHECKS },
    pace,
  };

  const admission = new ComparisonAdmission(pace, guards);
  const start = (request: ComparedRequest, route: ActiveRoute, service: Upstream) => {
    const refused = admission.refusalOf(route);
    if (refused !== undefined) return verdicts.skip(route, refused);
    const { id, shadow } = route.config;
    admission.began(id);
    const job: ComparisonJob = {
      ...{ request, route, legacy: view().legacy, service },
      guard: guards.of(id, 'service', shadow.timeout),
      legacyGuard: guards.of(id, 'legacy', shadow.timeout),
    };
    pace.add(() => run(job, id));
  };
  const run = (job: ComparisonJob, id: string) => {
    const { request, route } = job;
    void runComparison(job, jobs)
      .catch((error) => {
        verdicts.skip(route, 'comparator-failed');
        if (!stop.signal.aborted)
          log.warn('comparison failed', {
            route: id,
            requestId: request.requestId,
            error: messageOf(error),
          });
      })
      .finally(() => admission.ended(id));
  };

  return {
    tap: guardedTap(options, admission, verdicts),
    onEnd(exchange, ms) {
      const { route, capture, assignment } = exchange;
      if (route === undefined) return;
      if (assignment.overridden) return verdicts.skip(route, 'overridden');
      countAnswer(recorder, exchange, route, ms);
      if (capture === undefined || stop.signal.aborted) return;
      if (capture.state === 'too-large') return verdicts.skip(route, 'too-large');
      if (capture.state !== 'complete') return verdicts.skip(route, 'control-failed');
      const service = view().upstreams.get(route.config.service);
      if (service !== undefined) start(comparedRequest(exchange, capture, ms), route, service);
    },
    async close() {
      stop.abort();
      guards.close();
      await transport.close();
    },
  };
}

/** Decides from the answer's head whether to keep a copy; an error in it must not reach the answer. */
function guardedTap(
  { log, random }: ShadowOptions,
  admission: ComparisonAdmission,
  verdicts: ReturnType<typeof createVerdictRecorder>,
): AnswerTap {
  return (exchange, answer) => {
    const { route, assignment, mark } = exchange;
    if (route === undefined || assignment.answers !== 'legacy' || !assignment.candidate || mark === 'own')
      return undefined;
    try {
      return consider(exchange, route, answer, random(), admission, verdicts);
    } catch (error) {
      log.warn('shadow failed', { route: route.config.id, error: messageOf(error) });
      return undefined;
    }
  };
}

function consider(
  exchange: Exchange,
  route: ActiveRoute,
  answer: AnswerHead,
  random: number,
  admission: ComparisonAdmission,
  verdicts: ReturnType<typeof createVerdictRecorder>,
): BodyObserver | undefined {
  const { sample, maxBody } = route.config.shadow;
  const unfit = ineligible({
    ...{ sample, maxBody, random, requestHeaders: exchange.headers, answerHeaders: answer.headers },
    method: exchange.request.method ?? '',
    hasBody: hasBody(exchange.headers),
    status: answer.statusCode ?? 0,
  });
  // Where comparisons are few, most answers need no copy.
  const reason = unfit ?? admission.refusalOf(route);
  if (reason === undefined) {
    const capture = new CapturedAnswer(answer, maxBody);
    exchange.capture = capture;
    return capture;
  }
  if (reason === 'legacy-error') verdicts.legacyError(route);
  else verdicts.skip(route, reason);
  return undefined;
}

/** Counts what the client got, for the gate's view of errors and latency. */
function countAnswer(recorder: EvidenceRecorder, exchange: Exchange, route: ActiveRoute, ms: number): void {
  const key = { route: route.config.id, epoch: route.epoch };
  if (exchange.fellBack) {
    recorder.count(key, counter.answered('service'));
    recorder.count(key, counter.failed('service'));
  }
  if (exchange.failure === 'CLIENT_GONE' || (exchange.status === 0 && exchange.failure === undefined)) return;
  recorder.count(key, counter.answered(exchange.side));
  if (exchange.status >= 500 || exchange.failure !== undefined)
    recorder.count(key, counter.failed(exchange.side));
  else recorder.count(key, counter.latency(exchange.side, ms));
}
