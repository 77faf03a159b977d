/** What an exchange holds while it is under way, and gives back. */
import type { Exchange } from './exchange.ts';

/** Gives up what the attempt under way waits for or holds: before another attempt, and at the exchange's end. */
export function settle(exchange: Exchange): void {
  clearTimeout(exchange.limit);
  exchange.limit = undefined;
  exchange.abandon?.();
  exchange.abandon = undefined;
  exchange.instance?.ended();
  exchange.instance = undefined;
}

/** The same, when nothing comes after it. */
export function settleForGood(exchange: Exchange): void {
  clearTimeout(exchange.deadline);
  clearTimeout(exchange.total);
  settle(exchange);
}
