/** Calls a side apart from the clients' traffic: own connections, a time limit, a breaker, a bounded body. */
import { type Breaker, createBreaker } from '../../chassis/breaker.ts';
import { KitError, messageOf } from '../../chassis/errors.ts';
import { readBody, type Transport } from '../../chassis/http/transport.ts';
import type { Observed } from '../comparison/observed.ts';
import type { Reading } from '../comparison/recheck.ts';
import type { Headers } from '../forwarding/request-headers.ts';
import type { Upstream } from '../forwarding/upstream.ts';
import { decodeBody } from './decode-body.ts';

/** One request to repeat. */
export interface ShadowRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: Headers;
}

/** How a leg is called; `timeout` in milliseconds, `maxBody` in bytes. */
export interface ShadowLeg {
  upstream: Upstream;
  breaker: Breaker;
  maxBody: number;
}

/** A decoded body may be this many times the size of the one on the wire. */
const LARGEST_EXPANSION = 8;
/** opossum needs a reset longer than the timeout; at least this long. */
const LEAST_RESET_MS = 10_000;

/** The breaker of a route's shadow calls. It opens when the service is away, and spares it the repetition. */
export function createShadowBreaker(name: string, timeout: number): Breaker {
  const reset = Math.max(LEAST_RESET_MS, timeout * 2);
  return createBreaker({ name, timeout, reset, window: LEAST_RESET_MS });
}

/** Calls a side once; never rejects. `reason` of a failure names what happened, or `BREAKER_OPEN`. */
export async function callSide(
  transport: Transport,
  leg: ShadowLeg,
  request: ShadowRequest,
): Promise<Reading> {
  const origin = leg.upstream.nextUrl();
  if (origin === undefined) return { ok: false, reason: 'no instance is known' };
  try {
    const observed = await leg.breaker.run((signal) => exchange(transport, origin, leg, request, signal));
    return { ok: true, observed };
  } catch (error) {
    return { ok: false, reason: error instanceof KitError ? error.code : messageOf(error) };
  }
}

async function exchange(
  transport: Transport,
  origin: string,
  { upstream, maxBody }: ShadowLeg,
  { method, path, headers }: ShadowRequest,
  signal: AbortSignal,
): Promise<Observed> {
  const url = new URL(origin);
  const rewrite = upstream.rewriteOf(origin);
  const prefix = url.pathname === '/' ? '' : url.pathname;
  const answer = await transport.request({
    origin: url.origin,
    path: prefix + (rewrite === undefined ? path : rewrite.target(path)),
    method,
    headers: (rewrite === undefined ? headers : rewrite.request(headers)) as Record<string, string>,
    signal,
  });
  const bytes = await readBody(answer.body, maxBody);
  if (bytes === undefined) throw new Error(`answer larger than ${maxBody} bytes`);
  const body = await decodeBody(bytes, answer.headers, maxBody * LARGEST_EXPANSION);
  const seen = rewrite === undefined ? answer.headers : rewrite.answerHeaders(answer.headers, headers);
  return { status: answer.status, headers: seen, body };
}
