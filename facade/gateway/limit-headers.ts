/**
 * Pure. How a client is told of its limits: the RateLimit and RateLimit-Policy fields of the IETF's draft
 * (draft-ietf-httpapi-ratelimit-headers), or the older X-RateLimit-*.
 */
import type { LimitRule } from './access-rules.ts';

/** A limit and where the client stands on it; `reset` in milliseconds. */
export interface Standing {
  rule: LimitRule;
  remaining: number;
  reset: number;
}

/** Name, value, name, value. Where several limits count, the older headers tell of the nearest. */
export function limitHeaders(standings: readonly Standing[]): string[] {
  const headers: string[] = [];
  const draft = standings.filter(({ rule }) => rule.config.headers === 'draft');
  if (draft.length > 0) {
    headers.push('ratelimit-policy', draft.map(policyOf).join(', '));
    headers.push('ratelimit', draft.map(standingOf).join(', '));
  }
  const [first, ...rest] = standings.filter(({ rule }) => rule.config.headers === 'legacy');
  if (first !== undefined) {
    const { rule, remaining, reset } = rest.reduce((a, b) => (b.remaining < a.remaining ? b : a), first);
    headers.push('x-ratelimit-limit', String(rule.config.requests));
    headers.push('x-ratelimit-remaining', String(remaining), 'x-ratelimit-reset', String(seconds(reset)));
  }
  return headers;
}

/** Whole seconds, rounded up: who comes back then finds the window over. */
export function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

function policyOf({ rule: { name, config } }: Standing): string {
  return `"${name}";q=${config.requests};w=${config.per / 1_000}`;
}

function standingOf({ rule, remaining, reset }: Standing): string {
  return `"${rule.name}";r=${remaining};t=${seconds(reset)}`;
}
