/** Holds a request against its limits. All of them count it, the first that is exceeded refuses it. */

import type { KeyPlaces } from '../routing/assignment-key.ts';
import type { LimitRule } from './access-rules.ts';
import type { GatewayCode } from './errors.ts';
import { limitHeaders, type Standing, seconds } from './limit-headers.ts';
import { limitKey } from './limit-key.ts';
import type { Limiter } from './limiter.ts';

/** How a decision came about, as a label. */
export type LimitDecision = 'allowed' | 'limited' | 'store-lost-allowed' | 'store-lost-denied';

/** Passed or refused, with the headers that tell of it. */
export interface Limited {
  code: GatewayCode | undefined;
  headers: string[];
}

/** Told of each decision; `reason` when the store was lost. */
export type LimitObserver = (rule: LimitRule, decision: LimitDecision, reason?: string) => void;

/** Counts the request on each limit at once; never rejects. */
export async function limitRequest(
  rules: readonly LimitRule[],
  places: KeyPlaces,
  limiter: Limiter,
  observe: LimitObserver,
): Promise<Limited> {
  const counts = await Promise.all(
    rules.map(({ counter, config }) => limiter.count({ counter, ...config }, limitKey(config.by, places))),
  );
  const standings: Standing[] = [];
  let code: GatewayCode | undefined;
  let wait = 0;
  for (const [index, count] of counts.entries()) {
    const rule = rules[index]!;
    switch (count.kind) {
      case 'within':
        observe(rule, 'allowed');
        standings.push({ rule, remaining: count.remaining, reset: count.reset });
        break;
      case 'exceeded':
        observe(rule, 'limited');
        standings.push({ rule, remaining: 0, reset: count.reset });
        code = 'RATE_LIMITED';
        wait = Math.max(wait, seconds(count.reset));
        break;
      case 'store-lost': {
        const { whenStoreLost } = rule.config;
        observe(rule, whenStoreLost === 'allow' ? 'store-lost-allowed' : 'store-lost-denied', count.reason);
        if (whenStoreLost === 'deny') code ??= 'RATE_LIMIT_STORE_AWAY';
      }
    }
  }
  const headers = limitHeaders(standings);
  if (code !== undefined) headers.push('retry-after', String(Math.max(1, wait)));
  return { code, headers };
}
