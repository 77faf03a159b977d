/** Listeners that would outlive what they are for. */
import type { Server } from 'node:net';

const kept = new WeakSet<Server>();

/**
 * http-proxy-middleware listens for the close of a client server with each forwarder that there ever was, to close a
 * server of its own that there never is: instances that come and go would leave their forwarders behind. From now on
 * `server` takes no lasting listener for its close; `once`, and with it `close(callback)`, go on.
 */
export function keepOffCloseListeners(server: Server | undefined): void {
  if (server === undefined || kept.has(server)) return;
  kept.add(server);
  const on = server.on as (event: string, listener: (...args: never[]) => void) => Server;
  server.on = ((event: string, listener: (...args: never[]) => void) => {
    const isOnce = 'listener' in listener;
    return event === 'close' && !isOnce ? server : on.call(server, event, listener);
  }) as Server['on'];
}
