/**
 * Pure. The answer of an aggregate, put together from the parts' own texts: nothing in them is rounded, sorted or
 * escaped again. It says of each part how it came out.
 */
import type { AggregatePart } from './compile-aggregates.ts';
import type { PartOutcome } from './part-outcome.ts';

/** The body, and whether something is missing in it. */
export interface ComposedAnswer {
  body: string;
  partial: boolean;
}

/** Composes in the order of the parts; every part must have an outcome. */
export function composeAnswer(
  parts: readonly AggregatePart[],
  outcomes: ReadonlyMap<string, PartOutcome>,
): ComposedAnswer {
  const members: string[] = [];
  const told: string[] = [];
  let partial = false;
  for (const { name, instead } of parts) {
    const outcome = outcomes.get(name)!;
    const key = JSON.stringify(name);
    members.push(`${key}:${outcome.kind === 'ok' ? outcome.text : instead}`);
    told.push(`${key}:${JSON.stringify(outcome.kind === 'ok' ? 'ok' : outcome.reason)}`);
    partial ||= outcome.kind === 'missing';
  }
  const body = `{${members.join(',')},"partial":${partial},"parts":{${told.join(',')}}}`;
  return { body, partial };
}
