/**
 * The door to http-proxy-middleware: a forwarder with its own connections for each upstream instance. The
 * middleware sends the request and hands the answer over (`selfHandleResponse`); writing the answer is ours,
 * so that headers keep their order and case and nothing of one connection leaks into the other. Its
 * `forward`, `responseInterceptor`, `pathFilter` and `ws: true` are not used: they let one side hurt the
 * other (docs/decisions). Headers must be cleaned before: a `Trailer` on a GET would end the process.
 */
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { serverNameOf } from '../../chassis/http/origin-connector.ts';
import { CarriedRequest } from './carried-request.ts';
import { CarriedUpgrade } from './carried-upgrade.ts';
import { keepOffCloseListeners } from './close-listeners.ts';
import type { Forwarder } from './forwarder.ts';
import { connectingAgent, createOriginAgent } from './origin-agent.ts';
import { atTurnEnd } from './turn-end.ts';
import { createUpgradeAgent } from './upgrade-agent.ts';

const CARRIED = Symbol('carried');

type Carrier = IncomingMessage & { [CARRIED]?: CarriedRequest | CarriedUpgrade };

/** Makes a forwarder to `target` (scheme, host, port and perhaps a path to put in front). */
export function createHttpProxy(target: string): Forwarder {
  const url = new URL(target);
  const agent = createOriginAgent({
    secure: url.protocol === 'https:',
    servername: serverNameOf(url.hostname),
  });
  const through = (over: Agent) =>
    createProxyMiddleware({
      target: url,
      agent: over,
      selfHandleResponse: true,
      // How long an upstream has is for others to say.
      upgradeTimeout: 0,
      ejectPlugins: true,
      plugins: [passEvents],
    });
  const middleware = through(agent);
  const upgrades = through(createUpgradeAgent(url));
  let freshly: typeof middleware | undefined;
  let asked: Server | undefined;
  const throughFresh = () => {
    freshly ??= through(connectingAgent(agent));
    return freshly;
  };
  return {
    send(request, response, events, fresh) {
      const carried = new CarriedRequest(request, response, events);
      (request as Carrier)[CARRIED] = carried;
      const { server } = request.socket as Socket & { server?: Server };
      if (server !== asked) keepOffCloseListeners(server);
      asked = server;
      const handler = fresh ? throughFresh() : middleware;
      atTurnEnd(response, () => carried.sendThrough(handler));
      return carried;
    },
    upgrade(request, socket, head, events) {
      (request as Carrier)[CARRIED] = new CarriedUpgrade(request, socket, events);
      upgrades.upgrade(request, socket, head);
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
    carriedOf(request)?.requested(outgoing),
  );
  server.on('proxyRes', (answer: IncomingMessage, request: Carrier) => carriedOf(request)?.answered(answer));
  server.on('error', (error: Error, request: Carrier) => request[CARRIED]?.failed(error));
  // The client went away first: there is nobody to answer.
  server.on('econnreset', () => {});
  server.on('proxyReqWs', (outgoing: ClientRequest, request: Carrier) => {
    const carried = request[CARRIED];
    if (carried instanceof CarriedUpgrade) carried.requested(outgoing);
  });
}

function carriedOf(request: Carrier): CarriedRequest | undefined {
  const carried = request[CARRIED];
  return carried instanceof CarriedRequest ? carried : undefined;
}
