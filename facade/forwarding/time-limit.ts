/** The time that an upstream has until its answer begins. */
import type { KitError } from '../../chassis/errors.ts';
import { forwardingErrors } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { Attempt } from './forwarder.ts';
import { hasBody } from './request-headers.ts';

/**
 * Starts the limit (ms; undefined: none) when the request's body has been sent: a slow upload is not a slow answer.
 * Until then it limits how long the upstream takes nothing of the body.
 */
export function limitTime(exchange: Exchange, timeout: number | undefined, sent: Attempt): void {
  if (timeout === undefined) return;
  if (hasBody(exchange.request.headers)) {
    exchange.patience = timeout;
    exchange.request.once('end', () => {
      // Of an attempt before, which read nothing of the body, this listener is still here.
      if (exchange.attempt === sent) startLimit(exchange, timeout, sent);
    });
  } else startLimit(exchange, timeout, sent);
}

/** An upstream that took longer than `timeout` ms. */
export function slow(timeout: number): KitError {
  return forwardingErrors.error('UPSTREAM_SLOW', { timeout });
}

/** A closure instead of arguments made V8 keep whole exchanges for its next full collection: a tenth of all time. */
function startLimit(exchange: Exchange, timeout: number, sent: Attempt): void {
  exchange.limit = setTimeout(late, timeout, exchange, timeout, sent);
}

function late(exchange: Exchange, timeout: number, sent: Attempt): void {
  if (exchange.status === 0) sent.giveUp(slow(timeout));
}
