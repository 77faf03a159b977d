/**
 * `Expect: 100-continue` from end to end (RFC 9110, 10.1.1): the upstream is asked first, and the client is told to go on
 * when the upstream says so. An upstream that says nothing does not know the expectation: after a second the client is
 * told to go on all the same, as clients that are tired of waiting do by themselves.
 */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { type Headers, hasBody } from './request-headers.ts';

const PATIENCE_MS = 1_000;
const CONTINUE = '100-continue';

/** Whether the client holds its body back; where there is none, or in HTTP/1.0, the expectation means nothing. */
export function expectsContinue({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.expect !== undefined && httpVersion === '1.1' && hasBody(headers);
}

/** Marks headers that are to be forwarded, so that the forwarder asks the upstream first. */
export function withExpectation(headers: Headers): Headers {
  headers.expect = CONTINUE;
  return headers;
}

/** The headers without the mark. */
export function withoutExpectation<Sent extends Headers>({
  expect: _asked,
  ...headers
}: Sent): Omit<Sent, 'expect'> {
  return headers;
}

/** One client that waits. */
export interface Waiting {
  /** The upstream's answer is here, or none will come. */
  end(): void;
}

/** Sends the head of `outgoing` with the expectation, before anything of the body. */
export function askFirst(outgoing: ClientRequest, response: ServerResponse): Waiting {
  let waits = true;
  const goOn = () => {
    clearTimeout(timer);
    if (waits && !response.headersSent && !response.destroyed) response.writeContinue();
    waits = false;
  };
  const timer = setTimeout(goOn, PATIENCE_MS);
  response.once('close', () => clearTimeout(timer));
  outgoing.once('continue', goOn);
  outgoing.setHeader('expect', CONTINUE);
  outgoing.flushHeaders();
  return {
    end() {
      clearTimeout(timer);
      // Nobody knows whether the body will still come: the connection cannot serve another request.
      if (waits) response.shouldKeepAlive = false;
      waits = false;
    },
  };
}
