/**
 * A forwarder over undici. Upgrades, and requests that wait for `100 Continue`, are carried by
 * http-proxy-middleware. Headers must be cleaned before.
 */
import type { Forwarder } from './forwarder.ts';
import { createHttpProxy } from './http-proxy.ts';
import { createConnections } from './undici-connections.ts';
import { Carried } from './undici-exchange.ts';

/** Makes a forwarder to `target` (scheme, host, port and perhaps a path to put in front). */
export function createUndiciForwarder(target: string): Forwarder {
  const { origin, pathname } = new URL(target);
  const prefix = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  const connections = createConnections(origin);
  let proxy: Forwarder | undefined;
  const httpProxy = () => {
    proxy ??= createHttpProxy(target);
    return proxy;
  };
  return {
    send(request, response, events, fresh = false) {
      if (request.headers.expect !== undefined) return httpProxy().send(request, response, events, fresh);
      const carried = new Carried(response, events, connections, fresh);
      carried.start(request, prefix + request.url);
      return carried;
    },
    upgrade: (request, socket, head, events) => httpProxy().upgrade(request, socket, head, events),
    close() {
      connections.close();
      proxy?.close();
    },
  };
}
