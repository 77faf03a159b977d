/**
 * The resilient HTTP client. The order of the policies around one call, outermost first:
 * total deadline → retry with a budget → bulkhead → breaker → time limit of the attempt → call.
 */
import { type Breaker, type BreakerState, createBreaker } from '../breaker.ts';
import { type Clock, systemClock } from '../clock.ts';
import { defineErrors, EXIT, KitError, messageOf } from '../errors.ts';
import { currentRequestId, REQUEST_ID_HEADER } from '../request-id.ts';
import { createBulkhead } from './bulkhead.ts';
import { backoff, createRetryBudget } from './retry-budget.ts';
import { readBody, type Transport } from './transport.ts';

export const clientErrors = defineErrors({
  UPSTREAM_TIMEOUT: {
    status: 504,
    exit: EXIT.unreachable,
    message: ({ name, deadline }) => `${name} gave no answer within the deadline of ${deadline} ms.`,
    remedy: 'See why it is slow, or raise the deadline.',
  },
  UPSTREAM_UNREACHABLE: {
    status: 502,
    exit: EXIT.unreachable,
    message: ({ name, reason }) => `${name} cannot be reached (${reason}).`,
    remedy: 'See whether it runs and whether its address is right.',
  },
  UPSTREAM_TOO_LARGE: {
    status: 502,
    exit: EXIT.unreachable,
    message: ({ name, limit }) => `${name} answered with more than ${limit} bytes.`,
    remedy: 'Ask for less at a time, or raise maxBody.',
  },
});

/** One call to make. */
export interface ClientRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  signal?: AbortSignal;
  /** Bytes; 10 MiB by default. */
  maxBody?: number;
}

/** An answer, whatever its status; only 502, 503 and 504 speak against the upstream. */
export interface ClientResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

export interface HttpClient {
  /** Raises UPSTREAM_TIMEOUT, UPSTREAM_UNREACHABLE, UPSTREAM_BUSY, UPSTREAM_TOO_LARGE or BREAKER_OPEN. */
  request(request: ClientRequest): Promise<ClientResponse>;
  readonly breaker: Breaker;
  close(): void;
}

/** Settings; times in milliseconds. */
export interface HttpClientOptions {
  name: string;
  /** The instances to call, in turn. */
  origins: () => string[] | Promise<string[]>;
  transport: Transport;
  deadline?: number;
  attemptTimeout?: number;
  /** Retries at the most, of safe methods without a body only. */
  retries?: number;
  concurrency?: number;
  queue?: number;
  breaker?: { failures?: number; minimum?: number; window?: number; reset?: number };
  clock?: Clock;
  random?: () => number;
}

const RETRIABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Makes a client of one upstream. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const {
    name,
    deadline = 5_000,
    attemptTimeout = 2_000,
    retries = 2,
    clock = systemClock,
    random = Math.random,
  } = options;
  const breaker: Breaker = createBreaker({
    name,
    timeout: attemptTimeout,
    ...options.breaker,
    isFailure: (error) => speaksAgainst(error, breaker.state),
  });
  const bulkhead = createBulkhead(name, {
    concurrency: options.concurrency ?? 64,
    queue: options.queue ?? 256,
  });
  const budget = createRetryBudget();
  const exchange = createExchange(options);
  const attempt = (request: ClientRequest, signal: AbortSignal) =>
    exchange(request, signal).catch((error) => {
      throw request.signal?.aborted ? new CallerGone() : error;
    });

  const attempts = async (request: ClientRequest, signal: AbortSignal): Promise<ClientResponse> => {
    budget.attempt();
    for (let retry = 0; ; retry += 1) {
      const outcome = await bulkhead
        .run(() => breaker.run((limit) => attempt(request, AbortSignal.any([signal, limit]))), signal)
        .catch(asError);
      if (!(outcome instanceof Error)) return outcome;
      if (!mayRetry(request, outcome) || retry >= retries || signal.aborted || !budget.take()) throw outcome;
      await clock.sleep(backoff(retry, random), signal);
    }
  };

  return {
    breaker,
    close: () => breaker.close(),
    async request(request) {
      const total = AbortSignal.timeout(deadline);
      const signal = request.signal === undefined ? total : AbortSignal.any([total, request.signal]);
      try {
        return await attempts(request, signal);
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        if (total.aborted) throw clientErrors.error('UPSTREAM_TIMEOUT', { name, deadline }, error);
        if (error instanceof KitError) throw error;
        throw clientErrors.error('UPSTREAM_UNREACHABLE', { name, reason: messageOf(error) }, error);
      }
    },
  };
}

/** The caller gave up while the upstream was at work, which says nothing of the upstream. */
class CallerGone extends Error {}

/** A half-open breaker learns nothing from a caller who left, and stays on its guard. */
function speaksAgainst(error: unknown, state: BreakerState): boolean {
  if (error instanceof CallerGone) return state === 'half-open';
  return !(error instanceof KitError);
}

/** A status that speaks against the upstream travels as an error through breaker and retry. */
class UnavailableAnswer extends Error {}

function createExchange({ name, origins, transport }: HttpClientOptions) {
  let turn = 0;
  return async (
    { method, path, headers, body, maxBody = 10_485_760 }: ClientRequest,
    signal: AbortSignal,
  ): Promise<ClientResponse> => {
    const known = await origins();
    if (known.length === 0)
      throw clientErrors.error('UPSTREAM_UNREACHABLE', { name, reason: 'no instance is known' });
    const origin = known[turn++ % known.length]!;
    const id = currentRequestId();
    const sent = { ...(id === undefined ? {} : { [REQUEST_ID_HEADER]: id }), ...headers };
    const answer = await transport.request({ origin, path, method, headers: sent, body, signal });
    const bytes = await readBody(answer.body, maxBody);
    if (bytes === undefined) throw clientErrors.error('UPSTREAM_TOO_LARGE', { name, limit: maxBody });
    if (answer.status >= 502 && answer.status <= 504) throw new UnavailableAnswer(`status ${answer.status}`);
    return { status: answer.status, headers: answer.headers, body: bytes };
  };
}

function mayRetry({ method, body }: ClientRequest, error: Error): boolean {
  if (!RETRIABLE.has(method) || body !== undefined) return false;
  return !(error instanceof KitError) || error.code === 'BREAKER_TIMEOUT';
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
