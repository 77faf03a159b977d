/** Ends an exchange before its time, where a limit of the facade is over, whatever it is at. */
import type { KitError } from '../../chassis/errors.ts';
import { forwardingErrors } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { refuse } from './refuse.ts';
import { settle } from './settle.ts';

/** The client is told of `error` where no answer has begun; an answer is cut, so that the client sees it. */
export function breakOff(exchange: Exchange, error: KitError): void {
  const { request, response, attempt } = exchange;
  exchange.failure = error.code;
  // Of the exchange nothing is left but the rest of the body.
  if (response.writableFinished) request.socket.destroy();
  else if (response.headersSent) {
    response.destroy();
    attempt?.giveUp(error);
  } else if (exchange.instance !== undefined) attempt?.giveUp(error);
  else {
    settle(exchange);
    refuse(exchange, error);
  }
}

/** Starts the limit (ms; undefined: none) on the whole exchange, from here to the end of the answer. */
export function limitTotal(exchange: Exchange, total: number | undefined): void {
  if (total !== undefined) exchange.total = setTimeout(expire, total, exchange, total);
}

function expire(exchange: Exchange, total: number): void {
  exchange.expired = true;
  breakOff(exchange, forwardingErrors.error('TOTAL_EXCEEDED', { total }));
}
