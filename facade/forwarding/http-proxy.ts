/**
 * The door to http-proxy-middleware: one proxy for each upstream instance, with its own connections. The
 * middleware sends the request and hands the answer over (`selfHandleResponse`); writing the answer is ours,
 * so that headers keep their order and case and nothing of one connection leaks into the other. Its
 * `forward`, `responseInterceptor`, `pathFilter` and `ws: true` are not used: they let one side hurt the
 * other (docs/decisions). Headers must be cleaned before: a `Trailer` on a GET would end the process.
 */
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { createProxyMiddleware } from 'http-proxy-middleware';

/** What becomes of one forwarded request; each is called at most once. */
export interface ProxyEvents {
  /** The request has a connection; destroying it gives the attempt up. */
  onRequest(request: ClientRequest): void;
  /** The answer's head is here; its body is to be read. */
  onAnswer(answer: IncomingMessage): void;
  /** The connection failed, before the answer's head or after it. */
  onError(error: Error): void;
}

/** A proxy to one instance. */
export interface HttpProxy {
  /** Forwards `request` as it stands (url, headers, body). */
  web(request: IncomingMessage, response: ServerResponse, events: ProxyEvents): void;
  /** Forwards an upgrade; the middleware joins the sockets. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, onError: (error: Error) => void): void;
  close(): void;
}

/** Idle connections are given up before the upstream would, as a reset under a request cannot always be retried. */
const IDLE_MS = 4_000;
const UPGRADE_TIMEOUT_MS = 10_000;
const EVENTS = Symbol('proxy events');

type Carrier = IncomingMessage & { [EVENTS]?: ProxyEvents | { onError(error: Error): void } };

/** Makes a proxy to `target` (scheme, host, port and perhaps a path to put in front). */
export function createHttpProxy(target: string): HttpProxy {
  const url = new URL(target);
  const secure = url.protocol === 'https:';
  const settings = { keepAlive: true, maxFreeSockets: 256, timeout: IDLE_MS, scheduling: 'lifo' as const };
  const agent = secure ? new HttpsAgent(settings) : new HttpAgent(settings);
  const middleware = createProxyMiddleware({
    target: url,
    agent,
    selfHandleResponse: true,
    upgradeTimeout: UPGRADE_TIMEOUT_MS,
    ejectPlugins: true,
    plugins: [passEvents],
  });
  return {
    web(request, response, events) {
      (request as Carrier)[EVENTS] = events;
      void middleware(request, response, (error) => {
        if (error instanceof Error) events.onError(error);
      });
    },
    upgrade(request, socket, head, onError) {
      (request as Carrier)[EVENTS] = { onError };
      middleware.upgrade(request, socket, head);
    },
    close: () => agent.destroy(),
  };
}

/** Only the members used here of the middleware's inner proxy server. */
interface ProxyEmitter {
  // biome-ignore lint/suspicious/noExplicitAny: one signature for events with different arguments.
  on(event: any, listener: (...args: any[]) => void): unknown;
}

function passEvents(server: ProxyEmitter): void {
  server.on('proxyReq', (outgoing: ClientRequest, request: Carrier) =>
    eventsOf(request)?.onRequest(outgoing),
  );
  server.on('proxyRes', (answer: IncomingMessage, request: Carrier) => eventsOf(request)?.onAnswer(answer));
  server.on('error', (error: Error, request: Carrier) => request[EVENTS]?.onError(error));
  // The client went away first: there is nobody to answer.
  server.on('econnreset', () => {});
  server.on('proxyReqWs', (outgoing: ClientRequest, _request: Carrier, socket: Socket) => {
    socket.on('error', () => outgoing.destroy());
    outgoing.prependOnceListener('upgrade', (answer: IncomingMessage) => cleanUpgrade(answer));
  });
  server.on('open', (socket: Socket) => void socket.on('error', () => {}));
}

function eventsOf(request: Carrier): ProxyEvents | undefined {
  const events = request[EVENTS];
  return events !== undefined && 'onAnswer' in events ? events : undefined;
}

/** The answer to an upgrade: what the upstream's connection alone needs goes, the upgrade itself stays. */
function cleanUpgrade(answer: IncomingMessage): void {
  const nominated = String(answer.headers.connection ?? '').split(',');
  for (const name of nominated.map((token) => token.trim().toLowerCase())) {
    if (name !== 'upgrade') delete answer.headers[name];
  }
  for (const name of ['keep-alive', 'proxy-connection', 'proxy-authenticate', 'trailer', 'te']) {
    delete answer.headers[name];
  }
  answer.headers.connection = 'Upgrade';
}
