/** Pure. How a request ended, as a label of metrics: bounded in number. */
import type { Exchange } from '../forwarding/exchange.ts';

/** `failed`: no upstream's answer reached the client whole, by no fault of the client. */
export type RequestOutcome = '2xx' | '3xx' | '4xx' | '5xx' | 'failed' | 'client-gone';

/** The outcome of a finished exchange. */
export function outcomeOf({ status, failure, response }: Exchange): RequestOutcome {
  if (failure !== undefined && failure !== 'CLIENT_GONE') return 'failed';
  if (status === 0 || !response.writableFinished) return 'client-gone';
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
