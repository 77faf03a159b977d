/** Pure. Control and candidate held against each other: status, headers, body, then the rules. */
import { diffHeaders } from './headers.ts';
import { applyIgnoreRules, compileIgnoreRules, type IgnoreRule, type IgnoreRules } from './ignore.ts';
import { type Difference, diffJson, type UnorderedRule } from './json-diff.ts';
import { parseLossless } from './lossless-json.ts';
import { isJson, mediaTypeOf, type Observed } from './observed.ts';
import type { Outcome } from './outcome.ts';

/** A route's rules, compiled once. */
export interface CompareRules {
  ignore: IgnoreRules;
  unordered: readonly UnorderedRule[];
}

/** An outcome, and how often each ignore rule hid something on the way. */
export interface Compared {
  outcome: Extract<Outcome, { kind: 'match-bytes' | 'match' | 'mismatch' }>;
  hits: ReadonlyMap<string, number>;
}

const NO_HITS: ReadonlyMap<string, number> = new Map();

/** Compiles the `compare:` section of a route. */
export function compileRules(rules: {
  ignore: readonly IgnoreRule[];
  unordered: readonly UnorderedRule[];
}): CompareRules {
  return { ignore: compileIgnoreRules(rules.ignore), unordered: rules.unordered };
}

/** Compares two answers; `now` (ms since the epoch) decides which rules still hold. */
export function compare(control: Observed, candidate: Observed, rules: CompareRules, now: number): Compared {
  const status = diffStatus(control, candidate);
  const headers = diffHeaders(control.headers, candidate.headers);
  const sameBytes = equalBytes(control.body, candidate.body);
  if (sameBytes && status.length === 0 && headers.length === 0) {
    return { outcome: { kind: 'match-bytes' }, hits: NO_HITS };
  }
  const body = sameBytes ? [] : diffBodies(control, candidate, rules.unordered);
  const { differences, hits } = applyIgnoreRules([...status, ...headers, ...body], rules.ignore, now);
  return { outcome: differences.length === 0 ? { kind: 'match' } : { kind: 'mismatch', differences }, hits };
}

function diffStatus(control: Observed, candidate: Observed): Difference[] {
  if (control.status === candidate.status) return [];
  return [{ path: 'status', kind: 'status', control: control.status, candidate: candidate.status }];
}

function diffBodies(
  control: Observed,
  candidate: Observed,
  unordered: readonly UnorderedRule[],
): Difference[] {
  const type = mediaTypeOf(control);
  if (isJson(type) && isJson(mediaTypeOf(candidate))) {
    const parsed = parseBoth(control.body, candidate.body);
    if (parsed !== undefined) return diffJson(parsed[0], parsed[1], unordered);
  }
  const kind = type.startsWith('text/') || isJson(type) ? 'text' : 'binary';
  const shown = (body: Uint8Array) => (kind === 'text' ? textOf(body) : `${body.length} bytes`);
  return [{ path: '$', kind, control: shown(control.body), candidate: shown(candidate.body) }];
}

/** Both values, or undefined when one is not JSON: then only their text can be shown. */
function parseBoth(control: Uint8Array, candidate: Uint8Array) {
  try {
    return [parseLossless(textOf(control)), parseLossless(textOf(candidate))] as const;
  } catch {
    return undefined;
  }
}

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  if (a instanceof Buffer) return a.equals(b);
  return a.every((byte, index) => byte === b[index]);
}
