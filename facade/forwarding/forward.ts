/**
 * Forwards a request along a plan of upstreams. The next one is tried only when the request is repeatable and
 * no byte of an answer has come; a connection that was reset while idle is tried once more on the same side.
 */
import { breakerErrors } from '../../chassis/breaker.ts';
import { KitError } from '../../chassis/errors.ts';
import type { PlannedStep } from '../plan.ts';
import { passEarlyHints } from './early-hints.ts';
import { forwardingErrors } from './errors.ts';
import { type Exchange, isRepeatable } from './exchange.ts';
import type { AnswerHead, Attempt, BodyObserver } from './forwarder.ts';
import { answerProblem } from './problem-answer.ts';
import { hasBody } from './request-headers.ts';
import { responseHeaders } from './response-headers.ts';
import type { Upstream } from './upstream.ts';

/** One upstream to ask. */
export type Step = PlannedStep<Upstream>;

/** Sees each answer's head, and its body when it returns an observer; it must not throw. */
export type AnswerTap = (exchange: Exchange, answer: AnswerHead) => BodyObserver | undefined;

/** Forwards the exchange's request and answers its client, whatever happens. */
export function forward(exchange: Exchange, plan: readonly Step[], tap: AnswerTap): void {
  attempt(exchange, plan, 0, tap, false);
}

function attempt(
  exchange: Exchange,
  plan: readonly Step[],
  index: number,
  tap: AnswerTap,
  again: boolean,
): void {
  const step = plan[index]!;
  settle(exchange);
  exchange.side = step.side;
  exchange.upstream = step.upstream.name;
  const fail = (error: unknown, reused: boolean): void => {
    const { response, request } = exchange;
    exchange.failure = codeOf(error);
    if (response.destroyed || response.headersSent) return;
    // Every attempt of the proxy adds its own listeners; the attempts are few.
    response.setMaxListeners(0);
    if (!isRepeatable(request)) refuse(exchange, error);
    else if (reused && !again) attempt(exchange, plan, index, tap, true);
    else if (index + 1 < plan.length) {
      exchange.fellBack = true;
      attempt(exchange, plan, index + 1, tap, false);
    } else refuse(exchange, error);
  };
  const { upstream } = step;
  if (upstream.breaker === undefined) direct(exchange, step, step.timeout, tap, fail);
  else if (hasBody(exchange.request.headers)) withBody(exchange, step, tap, fail);
  else if (upstream.calm()) {
    direct(exchange, step, upstream.timeout, tap, (error, reused) => {
      upstream.failed();
      fail(error, reused);
    });
  } else guarded(exchange, step, tap, fail);
}

/** Runs the attempt as it is; `timeout` until an answer begins. */
function direct(
  exchange: Exchange,
  step: Step,
  timeout: number | undefined,
  tap: AnswerTap,
  fail: Fail,
): void {
  const sent = send(exchange, step, (answer) => pass(exchange, answer, tap), fail);
  if (sent !== undefined) limit(exchange, timeout, sent);
}

/** The time that a body is on its way says nothing of the service: such calls are not counted by its breaker. */
function withBody(exchange: Exchange, step: Step, tap: AnswerTap, fail: Fail): void {
  const { breaker, name } = step.upstream;
  if (breaker?.state === 'open') fail(breakerErrors.error('BREAKER_OPEN', { name }), false);
  else direct(exchange, step, step.timeout, tap, fail);
}

/** Runs the attempt inside the service's breaker, while it is being watched: it succeeds when an answer begins. */
function guarded(exchange: Exchange, step: Step, tap: AnswerTap, fail: Fail): void {
  let reused = false;
  const call = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const sent = send(
        exchange,
        step,
        (answer) => {
          exchange.abandon = undefined;
          resolve();
          return pass(exchange, answer, tap);
        },
        (error, wasReused) => {
          reused = wasReused;
          reject(error);
        },
      );
      exchange.abandon = () => reject(forwardingErrors.error('CLIENT_GONE'));
      signal.addEventListener('abort', () => sent?.giveUp(slow(step.upstream.timeout)));
    });
  step.upstream.breaker!.run(call).catch((error) => {
    step.upstream.failed();
    fail(error, reused);
  });
}

type Fail = (error: unknown, reused: boolean) => void;

function send(
  exchange: Exchange,
  { upstream }: Step,
  onHead: (answer: AnswerHead) => BodyObserver | undefined,
  fail: Fail,
): Attempt | undefined {
  const forwarder = upstream.next();
  if (forwarder === undefined) {
    fail(forwardingErrors.error('UPSTREAM_ABSENT', { name: upstream.name }), false);
    return undefined;
  }
  exchange.attempt = forwarder.send(exchange.request, exchange.response, {
    onHints: (link) => passEarlyHints(exchange.response, link),
    onHead,
    onFailure: fail,
    onCut() {
      exchange.failure = 'answer-cut';
    },
  });
  return exchange.attempt;
}

/** Starts the time limit when the request's body has been sent: a slow upload is not a slow answer. */
function limit(exchange: Exchange, timeout: number | undefined, sent: Attempt): void {
  if (timeout === undefined) return;
  if (hasBody(exchange.request.headers)) {
    exchange.request.once('end', () => startLimit(exchange, timeout, sent));
  } else startLimit(exchange, timeout, sent);
}

/** A closure instead of arguments made V8 keep whole exchanges for its next full collection: a tenth of all time. */
function startLimit(exchange: Exchange, timeout: number, sent: Attempt): void {
  exchange.limit = setTimeout(late, timeout, exchange, timeout, sent);
}

function late(exchange: Exchange, timeout: number, sent: Attempt): void {
  if (exchange.status === 0) sent.giveUp(slow(timeout));
}

/** Gives up what the attempt under way waits for: at the exchange's end, and before another attempt. */
export function settle(exchange: Exchange): void {
  clearTimeout(exchange.limit);
  exchange.limit = undefined;
  exchange.abandon?.();
  exchange.abandon = undefined;
}

/** Writes the head of an answer; its body follows from the forwarder. */
function pass(exchange: Exchange, answer: AnswerHead, tap: AnswerTap): BodyObserver | undefined {
  const { response } = exchange;
  exchange.status = answer.statusCode ?? 502;
  exchange.failure = undefined;
  response.writeHead(
    exchange.status,
    answer.statusMessage,
    responseHeaders(answer.rawHeaders, exchange.requestId, exchange.answerHeaders, exchange.ownsCors),
  );
  // The head must not wait for a body that is still to come (event streams, slow reports); `flushHeaders` would
  // write what is not ASCII in it as UTF-8.
  if (answer.headers['content-length'] === undefined) response.write('', 'latin1');
  return tap(exchange, answer);
}

function refuse({ response, requestId, answerHeaders }: Exchange, error: unknown): void {
  const status = error instanceof KitError ? error.status : 502;
  answerProblem(response, status, codeOf(error), requestId, answerHeaders);
}

function codeOf(error: unknown): string {
  if (!(error instanceof KitError)) return 'UPSTREAM_FAILED';
  return error.code === 'BREAKER_TIMEOUT' ? 'UPSTREAM_SLOW' : error.code;
}

function slow(timeout: number): Error {
  return forwardingErrors.error('UPSTREAM_SLOW', { timeout });
}
