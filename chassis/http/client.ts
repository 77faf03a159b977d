/**
 * The resilient HTTP client. The order of the policies around one call, outermost first:
 * total deadline → retry with a budget → bulkhead → breaker → time limit of the attempt → call.
 */
import { type Breaker, createBreaker } from '../breaker.ts';
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
  const breaker = createBreaker({ name, timeout: attemptTimeout, ...options.breaker });
  const bulkhead = createBulkhead(name, {
    concurrency: options.concurrency ?? 64,
    queue: options.queue ?? 256,
  });
  const budget = createRetryBudget();
  const exchange = createExchange(options);

  const attempts = async (request: ClientRequest, signal: AbortSignal): Promise<ClientResponse> => {
    budget.attempt();
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await bulkhead
        .run(() => breaker.run((limit) => exchange(request, AbortSignal.any([signal, limit]))), signal)
        .catch(asError);
      if (!(outcome instanceof Error)) return outcome;
      if (!mayRetry(request, outcome) || attempt >= retries || signal.aborted || !budget.take())
        throw settle(outcome);
      await clock.sleep(backoff(attempt, random), signal);
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
        if (error instanceof KitError || request.signal?.aborted) throw error;
        if (total.aborted) throw clientErrors.error('UPSTREAM_TIMEOUT', { name, deadline }, error);
        throw clientErrors.error('UPSTREAM_UNREACHABLE', { name, reason: messageOf(error) }, error);
      }
    },
  };
}

/** A status that speaks against the upstream travels as an error through breaker and retry. */
class UnavailableAnswer extends Error {
  readonly response: ClientResponse;
  constructor(response: ClientResponse) {
    super(`status ${response.status}`);
    this.response = response;
  }
}

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
    const response = { status: answer.status, headers: answer.headers, body: bytes };
    if (answer.status >= 502 && answer.status <= 504) throw new UnavailableAnswer(response);
    return response;
  };
}

function mayRetry({ method, body }: ClientRequest, error: Error): boolean {
  if (!RETRIABLE.has(method) || body !== undefined) return false;
  return !(error instanceof KitError) || error.code === 'BREAKER_TIMEOUT';
}

/** After the last attempt an unavailable answer is the answer. */
function settle(error: Error): Error | never {
  return error instanceof UnavailableAnswer
    ? clientErrors.error('UPSTREAM_UNREACHABLE', { name: 'the upstream', reason: error.message }, error)
    : error;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
