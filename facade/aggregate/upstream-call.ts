/**
 * Asks parts of the upstreams of one view, on connections of its own: bulkhead → the upstream's breaker → call. A
 * part that is slow takes places from other parts of the same upstream, never from the clients' own requests.
 */
import { type Breaker, breakerErrors } from '../../chassis/breaker.ts';
import { KitError } from '../../chassis/errors.ts';
import { type Bulkhead, createBulkhead } from '../../chassis/http/bulkhead.ts';
import { readBody, type Transport } from '../../chassis/http/transport.ts';
import { forwardingErrors } from '../forwarding/errors.ts';
import { PARTS_PURPOSE, type PartAnswer, type PartCall, type PartRequest } from './part-call.ts';

/** The parts of an upstream that a call needs. */
export interface PartUpstream {
  name: string;
  /** The next instance's URL; undefined when none is known. */
  nextUrl(): string | undefined;
  breakerFor(purpose: string): Breaker | undefined;
}

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
    const call = () => guarded(transport, upstream, name, request, signal);
    try {
      return await bulkheadOf(name).run(call, signal);
    } catch (error) {
      if (error instanceof KitError && BUSY.has(error.code)) return { kind: 'busy' };
      throw error;
    }
  };
}

const BUSY = new Set(['UPSTREAM_BUSY', 'BREAKER_OPEN']);

function guarded(
  transport: Transport,
  upstream: PartUpstream | undefined,
  name: string,
  request: PartRequest,
  signal: AbortSignal,
): Promise<PartAnswer> {
  const url = upstream?.nextUrl();
  if (url === undefined) throw forwardingErrors.error('UPSTREAM_ABSENT', { name });
  const breaker = upstream!.breakerFor(PARTS_PURPOSE);
  if (breaker === undefined) return exchange(transport, url, request, signal);
  if (breaker.state === 'open') throw breakerErrors.error('BREAKER_OPEN', { name });
  return breaker.run((limit) =>
    exchange(transport, url, request, AbortSignal.any([limit, signal])).catch((error) => {
      throw wasLeft(signal) ? forwardingErrors.error('CLIENT_GONE') : error;
    }),
  );
}

/** Nobody waits any more, though the time was not up: that says nothing of the upstream. */
function wasLeft({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof DOMException && reason.name === 'TimeoutError');
}

async function exchange(
  transport: Transport,
  url: string,
  { path, headers, maxBody }: PartRequest,
  signal: AbortSignal,
): Promise<PartAnswer> {
  const { origin, pathname } = new URL(url);
  const prefix = pathname === '/' ? '' : pathname;
  const sent = headers as Record<string, string>;
  const answer = await transport.request({
    origin,
    path: prefix + path,
    method: 'GET',
    headers: sent,
    signal,
  });
  const body = await readBody(answer.body, maxBody);
  if (body === undefined) return { kind: 'too-large' };
  return { kind: 'answer', status: answer.status, headers: answer.headers, body };
}
