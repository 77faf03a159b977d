/** Pure. What is known of a request besides its headers, when it is let in. */
import type { IncomingMessage } from 'node:http';
import { traceparentOf } from '../chassis/trace-context.ts';
import type { RequestFacts } from './forwarding/request-headers.ts';
import type { View } from './in-force.ts';
import { plainAddress } from './routing/client-address.ts';

/** The facts; a trace is begun where the request belongs to none. */
export function requestFacts(
  view: View,
  { socket, headers }: IncomingMessage,
  requestId: string,
  newTraceparent: () => string,
): RequestFacts {
  return {
    peer: plainAddress(socket.remoteAddress),
    encrypted: 'encrypted' in socket,
    requestId,
    traceparent: traceparentOf(headers.traceparent, newTraceparent),
    trusted: view.trusted,
    underscores: view.admission.underscoreHeaders === 'pass',
    forwarded: view.snapshot.loaded.config.facade.forwardedHeader,
  };
}
