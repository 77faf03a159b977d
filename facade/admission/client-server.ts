/** The HTTP server that clients come in by: its limits, and its answers to what is no request it can take. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { answerProblem, refuseUpgrade } from '../forwarding/problem-answer.ts';
import { admissionErrors, type RefusalCode } from './errors.ts';
import { abandon, isAnswering, remember, wouldMix } from './pipelined.ts';
import type { AdmissionRules } from './rules.ts';
import { asksForWebSocket } from './upgrade-head.ts';

/** What the server needs. */
export interface ClientServerOptions {
  limits: AdmissionRules['limits'];
  newId: () => string;
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  onRefused: (code: RefusalCode) => void;
}

/** How often slow heads are looked for; ms. */
const LOOK_MS = 1_000;

/** Makes the server. An upload may take as long as it keeps coming: there is no limit on a whole request. */
export function createClientServer(options: ClientServerOptions): Server {
  const { limits, upgrade } = options;
  const handle: ClientServerOptions['handle'] = (request, response) => {
    remember(response);
    options.handle(request, response);
  };
  const server = createServer(
    {
      optimizeEmptyRequests: true,
      requestTimeout: 0,
      headersTimeout: limits.headersTimeout,
      connectionsCheckingInterval: Math.min(LOOK_MS, limits.headersTimeout),
      keepAliveTimeout: limits.idle,
      maxHeaderSize: limits.headerBytes,
      // Behind a request that waits for its answer it is ignored: the answer would be mixed into the WebSocket.
      shouldUpgradeCallback: (request) => asksForWebSocket(request) && !isAnswering(request.socket),
    },
    handle,
  );
  // Node would drop what exceeds its own limit in silence; admission counts and refuses.
  server.maxHeadersCount = 0;
  if (limits.connections !== undefined) server.maxConnections = limits.connections;
  server.on('upgrade', upgrade);
  // The upstream is asked before the client is told to go on (forwarding/expect-continue.ts).
  server.on('checkContinue', handle);
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const code = 'EXPECTATION_UNKNOWN';
    options.onRefused(code);
    answerProblem(response, admissionErrors.table[code].status, code, options.newId());
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    if (isAnswering(socket)) abandon(socket);
    else refuse(socket, 'METHOD_REFUSED', options);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const code = codeOf(error);
    if (code === undefined || wouldMix(socket)) socket.destroy();
    // What comes behind what was refused is not refused again.
    else if (!socket.writableEnded) refuse(socket, code, options);
  });
  return server;
}

function refuse(socket: Duplex, code: RefusalCode, { newId, onRefused }: ClientServerOptions): void {
  onRefused(code);
  refuseUpgrade(socket, admissionErrors.table[code].status, code, newId());
}

/** Undefined: the connection broke, there is nobody to tell. */
function codeOf({ code }: NodeJS.ErrnoException): RefusalCode | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return 'HEADERS_TOO_LARGE';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'HEAD_TOO_SLOW';
  return code?.startsWith('HPE_') ? 'FRAMING_REFUSED' : undefined;
}
