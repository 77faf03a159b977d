/**
 * Pure. What a route asks of a request besides method and path: its host, and values of headers and of the query. A
 * header or a parameter that is sent twice has no value: two servers could read either.
 */
import type { ValueRule } from '../../chassis/config/schema/match.ts';

/** The head of a request as it was received. */
export interface ReceivedHead {
  headers: Record<string, string | string[] | undefined>;
  /** Name, value, name, value. */
  rawHeaders: readonly string[];
}

/** Conditions as the config writes them. */
export interface WrittenConditions {
  host?: string | undefined;
  headers?: Record<string, ValueRule> | undefined;
  query?: Record<string, ValueRule> | undefined;
}

/** One condition on a value. */
export interface ValueCondition {
  in: 'header' | 'query';
  name: string;
  rule: ValueRule;
}

/** Compiled conditions. */
export interface Conditions {
  /** In lower case; one that begins with `*.` stands for all names below it. Undefined: any. */
  host: string | undefined;
  values: readonly ValueCondition[];
  /** Two routes with the same ones cannot be told apart by them. */
  fingerprint: string;
}

/** Compiles conditions. */
export function compileConditions({ host, headers = {}, query = {} }: WrittenConditions): Conditions {
  const lower = host?.toLowerCase();
  const values = [
    ...Object.entries(headers).map(([name, rule]) => conditionOf('header', name.toLowerCase(), rule)),
    ...Object.entries(query).map(([name, rule]) => conditionOf('query', name, rule)),
  ];
  const sorted = values.map((one) => JSON.stringify(one)).sort();
  return { host: lower, values, fingerprint: JSON.stringify([lower ?? '*', sorted]) };
}

function conditionOf(place: ValueCondition['in'], name: string, rule: ValueRule): ValueCondition {
  if (rule.kind !== 'one-of') return { in: place, name, rule };
  return { in: place, name, rule: { kind: 'one-of', values: [...new Set(rule.values)].sort() } };
}

/** The order in which the conditions of one path are tried: exact host, longer wildcard, shorter one, none; then more values. */
export function compareConditions(a: Conditions, b: Conditions): number {
  return hostRank(a) - hostRank(b) || b.values.length - a.values.length;
}

function hostRank({ host }: Conditions): number {
  if (host === undefined) return 0;
  return isWildcard(host) ? -host.length : -Number.MAX_SAFE_INTEGER;
}

/** Whether a host stands for all names below it. */
export function isWildcard(host: string): boolean {
  return host.startsWith('*.');
}

/** The host a request asks for: lower case, without port and last dot; empty when it names none. */
export function hostOf({ headers }: ReceivedHead): string {
  const { host } = headers;
  if (typeof host !== 'string') return '';
  const colon = host.lastIndexOf(':');
  const name = colon > host.lastIndexOf(']') ? host.slice(0, colon) : host;
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}

/** Whether a host is the one that is asked for. */
export function isHost(wanted: string, host: string): boolean {
  return isWildcard(wanted)
    ? host.length > wanted.length - 1 && host.endsWith(wanted.slice(1))
    : host === wanted;
}

/** The first condition on a value that does not hold; undefined: all hold. */
export function firstUnmet(
  values: readonly ValueCondition[],
  query: string,
  head: ReceivedHead,
): ValueCondition | undefined {
  for (const condition of values) {
    const found =
      condition.in === 'header' ? received(condition.name, head) : parameters(condition.name, query);
    if (!holds(condition.rule, found)) return condition;
  }
  return undefined;
}

/** How often it was sent, and the value when that is once. */
interface Found {
  times: number;
  value: string;
}

function holds(rule: ValueRule, { times, value }: Found): boolean {
  switch (rule.kind) {
    case 'one-of':
      return times === 1 && rule.values.includes(value);
    case 'present':
      return times > 0;
    case 'absent':
      return times === 0;
  }
}

function received(name: string, { headers, rawHeaders }: ReceivedHead): Found {
  if (headers[name] === undefined) return { times: 0, value: '' };
  let times = 0;
  let value = '';
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const found = rawHeaders[index]!;
    if (found.length !== name.length || found.toLowerCase() !== name) continue;
    times += 1;
    value = rawHeaders[index + 1]!;
  }
  return { times, value };
}

function parameters(name: string, query: string): Found {
  const values = query === '' ? [] : new URLSearchParams(query).getAll(name);
  return { times: values.length, value: values[0] ?? '' };
}
