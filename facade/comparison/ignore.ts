/** Pure. Ignore rules: a named place, a reason, perhaps a last day. Every rule counts what it hid. */
import type { Difference } from './json-diff.ts';

/** A place whose differences do not count. */
export interface IgnoreRule {
  /** `$.items[].price`, `.*` for any member, or `header NAME`; covers everything below it. */
  path: string;
  reason: string;
  /** The last day on which it holds, `2027-01-01`, UTC. */
  until?: string | undefined;
}

/** What is left of the differences, and how often each rule hid one. */
export interface Filtered {
  differences: Difference[];
  hits: Map<string, number>;
}

/** Compiled rules: made once for a route. */
export type IgnoreRules = readonly { rule: IgnoreRule; covers: (path: string) => boolean }[];

/** Compiles rules. */
export function compileIgnoreRules(rules: readonly IgnoreRule[]): IgnoreRules {
  return rules.map((rule) => ({ rule, covers: matcher(rule.path) }));
}

/** Removes the differences that a rule in force covers; `now` in milliseconds since the epoch. */
export function applyIgnoreRules(
  differences: readonly Difference[],
  rules: IgnoreRules,
  now: number,
): Filtered {
  const inForce = rules.filter(({ rule }) => !isExpired(rule, now));
  const hits = new Map<string, number>();
  const left = differences.filter(({ path }) => {
    const covering = inForce.find(({ covers }) => covers(path));
    if (covering === undefined) return true;
    hits.set(covering.rule.path, (hits.get(covering.rule.path) ?? 0) + 1);
    return false;
  });
  return { differences: left, hits };
}

/** The rules that no longer hold. */
export function expiredRules(
  rules: readonly IgnoreRule[],
  now: number,
): { path: string; reason: string; until: string }[] {
  return rules.flatMap(({ path, reason, until }) =>
    until !== undefined && isExpired({ path, reason, until }, now) ? [{ path, reason, until }] : [],
  );
}

function isExpired({ until }: IgnoreRule, now: number): boolean {
  return until !== undefined && now >= Date.parse(`${until}T00:00:00Z`) + 86_400_000;
}

function matcher(pattern: string): (path: string) => boolean {
  if (pattern.startsWith('header ')) return (path) => path === pattern;
  if (!pattern.includes('.*')) return (path) => isAtOrBelow(path, pattern);
  const source = pattern.split('.*').map(escaped).join('(?:\\.[A-Za-z0-9_-]+|\\["(?:[^"\\\\]|\\\\.)*"\\])');
  const expression = new RegExp(`^${source}(?=$|[.[])`);
  return (path) => expression.test(path);
}

function isAtOrBelow(path: string, pattern: string): boolean {
  if (!path.startsWith(pattern)) return false;
  const next = path[pattern.length];
  return next === undefined || next === '.' || next === '[';
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
