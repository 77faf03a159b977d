/** Pure. What a part's upstream is told of the client's request: who asks and for whom, not what was asked for. */
import { type Headers, INTERNAL_PREFIX } from '../forwarding/request-headers.ts';

const PASSED = new Set([
  'accept-language',
  'authorization',
  'baggage',
  'cookie',
  'forwarded',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-request-id',
]);

/** From the headers as they would be forwarded. Conditions and ranges of the whole mean nothing for a part. */
export function partHeaders(forwarded: Headers): Headers {
  const sent: Headers = { accept: 'application/json', 'accept-encoding': 'identity' };
  for (const name in forwarded) {
    if (PASSED.has(name) || name.startsWith('x-forwarded-') || name.startsWith(INTERNAL_PREFIX))
      sent[name] = forwarded[name];
  }
  return sent;
}
