/**
 * Asks the parts of an aggregate, each as soon as what it waits for is there, and ends at the deadline whatever
 * they do. The first required part that is missing ends it at once; nobody waits for the others then, and they
 * are given up.
 */
import type { Headers } from '../forwarding/request-headers.ts';
import { askPart, missing, outOfTime } from './ask-part.ts';
import type { Aggregate, AggregatePart } from './compile-aggregates.ts';
import { type ComposedAnswer, composeAnswer } from './compose-answer.ts';
import type { AggregateCode } from './errors.ts';
import { fillPath } from './fill-path.ts';
import type { PartCall } from './part-call.ts';
import { codeOf, type PartOutcome } from './part-outcome.ts';

/** One question of a client. `signal` is aborted when the client leaves. */
export interface AggregateQuestion {
  parameters: ReadonlyMap<string, string>;
  query: URLSearchParams;
  /** As they are sent with each part. */
  headers: Headers;
  signal: AbortSignal;
}

/** What its parts are asked through, and who is told. */
export interface AggregateDeps {
  call: PartCall;
  onPart: (aggregate: string, part: string, outcome: string) => void;
  onError: (aggregate: string, part: string, error: string) => void;
}

/** An answer, or the code of what is missing. */
export type AggregateResult = ({ ok: true } & ComposedAnswer) | { ok: false; code: AggregateCode };

/** Runs an aggregate; never rejects. */
export async function runAggregate(
  aggregate: Aggregate,
  question: AggregateQuestion,
  deps: AggregateDeps,
): Promise<AggregateResult> {
  const { id, deadline } = aggregate.config;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(outOfTime()), deadline);
  const signal = AbortSignal.any([question.signal, stop.signal]);
  const failed = Promise.withResolvers<AggregateResult>();
  const asked = new Map<string, Promise<PartOutcome>>();
  const byName = new Map(aggregate.parts.map((part) => [part.name, part]));

  const outcomeOf = (name: string): Promise<PartOutcome> => {
    const known = asked.get(name);
    if (known !== undefined) return known;
    const outcome = begin(byName.get(name)!);
    asked.set(name, outcome);
    return outcome;
  };
  const begin = async (part: AggregatePart): Promise<PartOutcome> => {
    const found = await outcomeOfPart(part, outcomeOf, { ...question, signal }, id, deps);
    // What the deadline ended was too slow; what ended with it after a failure was not.
    const late = found.kind === 'missing' && found.reason === 'cancelled' && timedOut();
    const outcome = late ? missing('timeout') : found;
    deps.onPart(id, part.name, outcome.kind === 'ok' ? 'ok' : outcome.reason);
    if (part.config.required && outcome.kind === 'missing')
      failed.resolve({ ok: false, code: codeOf(outcome.reason) });
    return outcome;
  };
  let over = false;
  const timedOut = () => stop.signal.aborted && !over;

  try {
    return await Promise.race([failed.promise, together(aggregate.parts, outcomeOf)]);
  } finally {
    clearTimeout(timer);
    over = true;
    stop.abort();
  }
}

async function together(
  parts: readonly AggregatePart[],
  outcomeOf: (name: string) => Promise<PartOutcome>,
): Promise<AggregateResult> {
  const outcomes = new Map<string, PartOutcome>();
  for (const [name, outcome] of parts.map(({ name }) => [name, outcomeOf(name)] as const))
    outcomes.set(name, await outcome);
  return { ok: true, ...composeAnswer(parts, outcomes) };
}

async function outcomeOfPart(
  part: AggregatePart,
  outcomeOf: (name: string) => Promise<PartOutcome>,
  question: AggregateQuestion,
  id: string,
  { call, onError }: AggregateDeps,
): Promise<PartOutcome> {
  const parts = new Map();
  const waited = await Promise.all(part.waitsFor.map(async (name) => [name, await outcomeOf(name)] as const));
  for (const [name, outcome] of waited) {
    if (outcome.kind === 'missing') return missing('skipped');
    parts.set(name, outcome.value);
  }
  const filled = fillPath(part.path, { ...question, parts });
  if (!filled.ok) return missing(filled.by === 'client' ? 'bad-request' : 'value-missing');
  return askPart(part, {
    path: filled.path,
    headers: question.headers,
    call,
    signal: question.signal,
    onError: (name, error) => onError(id, name, error),
  });
}
