/** Calls a side apart from the clients' traffic: own connections, a time limit, a breaker, a bounded body. */
import { KitError, messageOf } from '../../chassis/errors.ts';
import type { Transport } from '../../chassis/http/transport.ts';
import { AnswerLate } from '../../chassis/http/whole-answer.ts';
import type { Observed } from '../comparison/observed.ts';
import type { Reading } from '../comparison/recheck.ts';
import type { Headers } from '../forwarding/request-headers.ts';
import type { Upstream } from '../forwarding/upstream.ts';
import { pathAt } from '../upstreams/address.ts';
import { decodedBody } from './decode-body.ts';
import type { LegGuard } from './leg-guard.ts';

/** One request to repeat. */
export interface ShadowRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: Headers;
}

/** How a side is called; `timeout` in milliseconds, `maxBody` in bytes. */
export interface ShadowLeg {
  upstream: Upstream;
  guard: LegGuard;
  timeout: number;
  maxBody: number;
}

/** A decoded body may be this many times the size of the one on the wire. */
export const LARGEST_EXPANSION = 8;

/** Calls a side once; never rejects. `reason` of a failure names what happened, or `BREAKER_OPEN`. */
export async function callSide(
  transport: Transport,
  leg: ShadowLeg,
  request: ShadowRequest,
): Promise<Reading> {
  const url = leg.upstream.nextUrl();
  if (url === undefined) return { ok: false, reason: 'no instance is known' };
  const call = leg.guard.begin();
  if (call === undefined) return { ok: false, reason: 'BREAKER_OPEN' };
  try {
    const observed = await exchange(transport, url, leg, request);
    call.succeeded();
    return { ok: true, observed };
  } catch (error) {
    call.failed();
    return { ok: false, reason: reasonOf(error, leg.timeout) };
  }
}

function reasonOf(error: unknown, timeout: number): string {
  if (error instanceof AnswerLate) return `no whole answer within ${timeout} ms`;
  return error instanceof KitError ? error.code : messageOf(error);
}

async function exchange(
  transport: Transport,
  url: string,
  { upstream, timeout, maxBody }: ShadowLeg,
  { method, path, headers }: ShadowRequest,
): Promise<Observed> {
  const address = upstream.addressOf(url);
  const { origin, rewrite } = address;
  const sent = rewrite === undefined ? headers : rewrite.request(headers);
  const { status, ...answer } = await transport.read(
    { origin, path: pathAt(address, path), method, headers: sent as Record<string, string> },
    { bytes: maxBody, timeout },
  );
  if (answer.body === undefined) throw new Error(`answer larger than ${maxBody} bytes`);
  const decoded = decodedBody(answer.body, answer.headers, maxBody * LARGEST_EXPANSION);
  const body = decoded instanceof Promise ? await decoded : decoded;
  const seen = rewrite === undefined ? answer.headers : rewrite.answerHeaders(answer.headers, headers);
  return { status, headers: seen, body };
}
