/** Asks for one part and judges what came: JSON with a status of 2xx, in time, or a missing part. */
import { messageOf } from '../../chassis/errors.ts';
import { type JsonValue, parseLossless } from '../comparison/lossless-json.ts';
import type { Headers } from '../forwarding/request-headers.ts';
import type { AggregatePart } from './compile-aggregates.ts';
import type { PartAnswer, PartCall } from './part-call.ts';
import type { PartFailure, PartOutcome } from './part-outcome.ts';

/** What a part is asked with; `signal` ends it with the aggregate. */
export interface PartQuestion {
  path: string;
  headers: Headers;
  call: PartCall;
  signal: AbortSignal;
  /** Told why, for the log. */
  onError: (part: string, error: string) => void;
}

/** Asks once; never rejects, and ends at the signal whatever the call does. */
export async function askPart(part: AggregatePart, question: PartQuestion): Promise<PartOutcome> {
  const { timeout, upstream, maxBody } = part.config;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(outOfTime()), timeout);
  const signal = AbortSignal.any([limit.signal, question.signal]);
  const gone = Promise.withResolvers<PartOutcome>();
  const end = () => gone.resolve(missing(limit.signal.aborted ? 'timeout' : 'cancelled'));
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  const { path, headers } = question;
  const asked = question
    .call(upstream, { path, headers, maxBody }, signal)
    .then(judge)
    .catch((error) => {
      if (!signal.aborted) question.onError(part.name, messageOf(error));
      return missing('unreachable');
    });
  try {
    return await Promise.race([gone.promise, asked]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** The reason of an abort because the time is up. */
export function outOfTime(): DOMException {
  return new DOMException('The time is up.', 'TimeoutError');
}

/** A missing part. */
export function missing(reason: PartFailure): PartOutcome {
  return { kind: 'missing', reason };
}

function judge(answer: PartAnswer): PartOutcome {
  if (answer.kind !== 'answer') return missing(answer.kind);
  const { status, headers, body } = answer;
  if (status === 404 || status === 410) return missing('not-found');
  if (status === 401 || status === 403) return missing('denied');
  if (status < 200 || status > 299) return missing('bad-status');
  const type = String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();
  const encoding = headers['content-encoding'] ?? 'identity';
  if ((type !== 'application/json' && !type.endsWith('+json')) || encoding !== 'identity')
    return missing('not-json');
  return parsed(body);
}

function parsed(body: Buffer): PartOutcome {
  try {
    // A byte order mark would stand in the middle of the answer.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    // The decoder takes one away, and the parser would a second one.
    if (text.startsWith('\uFEFF')) return missing('not-json');
    const value: JsonValue = parseLossless(text);
    return { kind: 'ok', text, value };
  } catch {
    return missing('not-json');
  }
}
