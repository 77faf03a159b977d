/** What is told of the gateway's decisions: metrics, and a line of the log where a credential is refused or a store is lost. */
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import type { LimitRule } from './access-rules.ts';
import type { Authenticated } from './authenticate.ts';
import type { LimitDecision } from './rate-limit.ts';

/** Makes the metrics and the lines of the log. */
export function createObserver(metrics: Metrics, log: Logger) {
  const authentications = metrics.counter({
    name: 'strangler_facade_authentications_total',
    help: 'Requests on paths that look at credentials, by outcome: jwt, apiKey, anonymous, or the code of the refusal.',
    labels: ['outcome'],
  });
  const decisions = metrics.counter({
    name: 'strangler_facade_rate_limit_decisions_total',
    help: 'Requests by limit and decision, those without the store apart.',
    labels: ['limit', 'decision'],
  });
  const fetches = metrics.counter({
    name: 'strangler_facade_token_key_fetches_total',
    help: "Fetches of the token issuer's keys, by outcome.",
    labels: ['outcome'],
  });
  let lost = false;
  return {
    fetched: (outcome: 'ok' | 'failed') => fetches.inc({ outcome }),
    authenticated(result: Authenticated, requestId: string) {
      authentications.inc({ outcome: labelOf(result) });
      if (result.kind !== 'refused' || result.code === 'AUTH_REQUIRED') return;
      log.info('credential refused', { requestId, code: result.code, reason: result.reason });
    },
    limited({ name }: LimitRule, decision: LimitDecision, reason?: string) {
      decisions.inc({ limit: name, decision });
      if (reason !== undefined && !lost) log.warn('the store of the rate limits is away', { reason });
      if (reason === undefined && lost) log.info('the store of the rate limits is back');
      lost = reason !== undefined;
    },
  };
}

function labelOf(result: Authenticated): string {
  switch (result.kind) {
    case 'identity':
      return result.identity.kind;
    case 'anonymous':
      return 'anonymous';
    case 'refused':
      return result.code;
  }
}
