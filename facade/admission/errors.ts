/** What a client is told when its request is not let in; nothing of the request is repeated. */
import { defineErrors, EXIT } from '../../chassis/errors.ts';

const exit = EXIT.usage;

export const admissionErrors = defineErrors({
  TARGET_AMBIGUOUS: {
    status: 400,
    exit,
    message: () => 'Servers could read the path of this request differently.',
    remedy:
      'Send a path without encoded separators, dot segments, double slashes, backslashes and raw bytes, or set ambiguousTargets.',
  },
  TARGET_TOO_LONG: {
    status: 414,
    exit,
    message: () => 'The path and query are longer than facade.limits.url.',
    remedy: 'Send less in the URL, or raise the limit.',
  },
  METHOD_REFUSED: {
    status: 405,
    exit,
    message: () => 'TRACE and CONNECT are not forwarded.',
    remedy: 'Use another method.',
  },
  HOST_INVALID: {
    status: 400,
    exit,
    message: () => 'Found no Host, several, or one with characters that no host has.',
    remedy: 'Send one Host header with a name or an address, and perhaps a port.',
  },
  HOST_UNKNOWN: {
    status: 421,
    exit,
    message: () => 'The Host is none of facade.hosts.',
    remedy: 'Use a host that this facade serves, or add it to facade.hosts.',
  },
  HEADER_REFUSED: {
    status: 400,
    exit,
    message: () => 'Found a header name with an underscore.',
    remedy: 'Use dashes, or set facade.underscoreHeaders to remove or pass.',
  },
  BODY_UNEXPECTED: {
    status: 400,
    exit,
    message: () => 'Found a GET or HEAD with a body.',
    remedy: 'Send none, or set facade.getBodies to pass.',
  },
  UPGRADE_WITH_BODY: {
    status: 400,
    exit,
    message: () => 'Found an upgrade to WebSocket with a body.',
    remedy: 'Send an upgrade without Content-Length and Transfer-Encoding.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    exit,
    message: () =>
      'The headers are more than facade.limits.headers or larger than facade.limits.headerBytes.',
    remedy: 'Send fewer or smaller headers, or raise the limit.',
  },
  FRAMING_REFUSED: {
    status: 400,
    exit,
    message: () => 'The end of this request cannot be told with certainty.',
    remedy: 'Send HTTP/1.1 with either Content-Length or Transfer-Encoding: chunked.',
  },
  EXPECTATION_UNKNOWN: {
    status: 417,
    exit,
    message: () => 'Found an expectation other than 100-continue.',
    remedy: 'Leave the Expect header out.',
  },
  HEAD_TOO_SLOW: {
    status: 408,
    exit,
    message: () => 'The head of the request took longer than facade.limits.headersTimeout.',
    remedy: 'Send it at once.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    exit,
    message: () => 'The body is larger than limits.body of the route or the facade.',
    remedy: 'Send less, or raise the limit.',
  },
  BODY_TOO_SLOW: {
    status: 408,
    exit,
    message: () => 'Nothing of the body came for facade.limits.bodyIdle.',
    remedy: 'Send it without such pauses, or raise the limit.',
  },
});

/** Why a request is not let in. */
export type RefusalCode = keyof typeof admissionErrors.table;
