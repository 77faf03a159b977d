/**
 * Forwards a request along a plan of upstreams. Where no connection came about nothing was sent, and another instance
 * gets it, whatever it is. It is sent again only when it is repeatable and no byte of an answer has come: once over
 * a fresh connection where a kept one broke, then within the upstream's budget to another of its instances, then to
 * the plan's next upstream.
 */
import { breakOff } from './break-off.ts';
import { forwardingErrors } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { AnswerTap } from './pass-answer.ts';
import type { Step } from './step.ts';
import { Try } from './try.ts';

/** Forwards the exchange's request and answers its client, whatever happens. */
export function forward(exchange: Exchange, plan: readonly Step[], tap: AnswerTap): void {
  const deadline = exchange.route?.config.deadline;
  if (deadline !== undefined) exchange.deadline = setTimeout(halfway, deadline / 2, exchange, deadline);
  plan[0]!.upstream.budget.attempt();
  new Try(exchange, plan, tap).start();
}

/** Who has the whole request by now, and the rest of the time, had time enough. */
function halfway(exchange: Exchange, deadline: number): void {
  if (exchange.limit !== undefined) exchange.answerable = exchange.instance;
  exchange.deadline = setTimeout(expire, deadline / 2, exchange, deadline);
}

/** The whole time is up and no answer has begun: whatever the request waits for, it waits no longer. */
function expire(exchange: Exchange, deadline: number): void {
  if (exchange.response.headersSent) return;
  exchange.expired = true;
  breakOff(exchange, forwardingErrors.error('DEADLINE_EXCEEDED', { deadline }));
}
