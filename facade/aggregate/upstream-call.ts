/**
 * Asks parts of the upstreams of one view, on connections of its own: bulkhead → retry → the upstream's breaker → call.
 * A part that is slow takes places from other parts of the same upstream, never from the clients' own requests.
 */
import { breakerErrors } from '../../chassis/breaker.ts';
import { KitError } from '../../chassis/errors.ts';
import { type Bulkhead, createBulkhead } from '../../chassis/http/bulkhead.ts';
import { readBody, type Transport } from '../../chassis/http/transport.ts';
import { forwardingErrors } from '../forwarding/errors.ts';
import type { Upstream } from '../forwarding/upstream.ts';
import { pathAt } from '../upstreams/address.ts';
import type { Instance } from '../upstreams/instance.ts';
import { PARTS_PURPOSE, type PartAnswer, type PartCall, type PartRequest } from './part-call.ts';

/** The parts of an upstream that a call needs. */
export type PartUpstream = Pick<
  Upstream,
  'name' | 'pool' | 'standing' | 'retries' | 'budget' | 'events' | 'breakerFor' | 'addressOf'
>;

/** Calls at a time to one upstream, and those that may wait for a place. */
const PLACES = { concurrency: 64, queue: 256 };

/** Those of one view, by name. */
export type PartUpstreams = ReadonlyMap<string, PartUpstream>;

/** Makes what gives the port to a view's upstreams. The places are the same whichever view it is. */
export function createUpstreamCall(transport: Transport): (upstreams: PartUpstreams) => PartCall {
  const bulkheads = new Map<string, Bulkhead>();
  const bulkheadOf = (name: string): Bulkhead => {
    const known = bulkheads.get(name) ?? createBulkhead(name, PLACES);
    bulkheads.set(name, known);
    return known;
  };
  return (upstreams) => async (name, request, signal) => {
    const upstream = upstreams.get(name);
    try {
      return await bulkheadOf(name).run(() => {
        if (upstream === undefined) throw forwardingErrors.error('UPSTREAM_ABSENT', { name });
        return ask({ transport, upstream, request, signal });
      }, signal);
    } catch (error) {
      if (error instanceof KitError && BUSY.has(error.code)) return { kind: 'busy' };
      throw error;
    }
  };
}

/** Says to the next hop that this was sent before, as for the clients' own requests. */
const RETRY_HEADER = 'x-retry-attempt';
const BUSY = new Set(['UPSTREAM_BUSY', 'BREAKER_OPEN']);

interface Asking {
  transport: Transport;
  upstream: PartUpstream;
  request: PartRequest;
  signal: AbortSignal;
}

/** Once, and once more on another instance when the connection failed and the budget has it. */
async function ask(asking: Asking): Promise<PartAnswer> {
  const { upstream, signal } = asking;
  upstream.budget.attempt();
  const first = pick(upstream);
  try {
    return await attempt(asking, first);
  } catch (error) {
    if (signal.aborted || error instanceof KitError || !mayRetry(upstream, first)) throw error;
    const { request } = asking;
    const headers = { ...request.headers, [RETRY_HEADER]: '1' };
    return attempt({ ...asking, request: { ...request, headers } }, pick(upstream, first));
  }
}

function pick({ name, pool }: PartUpstream, tried?: Instance): Instance {
  const instance = pool.pick(tried);
  if (instance === undefined) throw forwardingErrors.error('UPSTREAM_ABSENT', { name });
  return instance;
}

function mayRetry({ name, pool, retries, budget, events }: PartUpstream, tried: Instance): boolean {
  if (retries === 0 || !pool.hasAnother(tried)) return false;
  const affordable = budget.take();
  if (affordable) events.retried(name, 'failed');
  else events.budgetSpent(name);
  return affordable;
}

/** An answer that speaks of the instance itself counts as a failure, and is what came all the same. */
class AnsweredBadly {
  readonly answer: PartAnswer;

  constructor(answer: PartAnswer) {
    this.answer = answer;
  }
}

/** One instance, through the breaker; tells the upstream's standing how it did. */
async function attempt(asking: Asking, instance: Instance): Promise<PartAnswer> {
  const { upstream, signal } = asking;
  const { name, pool, standing } = upstream;
  const breaker = upstream.breakerFor(PARTS_PURPOSE);
  if (breaker?.admits === false) throw breakerErrors.error('BREAKER_OPEN', { name });
  const call = async (limit: AbortSignal) => {
    const { status, answer } = await exchange(asking, instance.url, limit).catch((error) => {
      throw wasLeft(signal) ? forwardingErrors.error('CLIENT_GONE') : error;
    });
    if (status >= 502 && status <= 504) throw new AnsweredBadly(answer);
    if (status >= 500) standing.failed(instance.url, 'server-error');
    else standing.succeeded(instance.url);
    return answer;
  };
  instance.inflight += 1;
  try {
    if (breaker === undefined) return await call(signal);
    return await breaker.run((limit) => call(AbortSignal.any([limit, signal])));
  } catch (error) {
    if (!(error instanceof KitError) || error.code === 'BREAKER_TIMEOUT')
      standing.failed(instance.url, 'gateway');
    if (error instanceof AnsweredBadly) return error.answer;
    throw error;
  } finally {
    instance.inflight -= 1;
    pool.left(instance, false);
  }
}

/** Nobody waits any more, though the time was not up: that says nothing of the upstream. */
function wasLeft({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof DOMException && reason.name === 'TimeoutError');
}

async function exchange(
  { transport, upstream, request: { path, headers, maxBody } }: Asking,
  url: string,
  signal: AbortSignal,
): Promise<{ status: number; answer: PartAnswer }> {
  const address = upstream.addressOf(url);
  const { origin, rewrite } = address;
  const { status, ...answer } = await transport.request({
    origin,
    path: pathAt(address, path),
    method: 'GET',
    headers: (rewrite === undefined ? headers : rewrite.request(headers)) as Record<string, string>,
    signal,
  });
  const body = await readBody(answer.body, maxBody);
  if (body === undefined) return { status, answer: { kind: 'too-large' } };
  return { status, answer: { kind: 'answer', status, headers: answer.headers, body } };
}
