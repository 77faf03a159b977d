/** Serves the clients, and at the end leaves them in an order that costs none of them a request. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StranglerConfig } from '../chassis/config/schema/config.ts';
import type { Health } from '../chassis/health.ts';
import { type Listening, listen } from '../chassis/http/server.ts';
import type { ProcessContext } from '../chassis/lifecycle.ts';
import { createClientServer } from './admission/client-server.ts';
import type { Facade } from './app.ts';

/** What it needs. */
export interface ServeClientsOptions extends Pick<ProcessContext, 'lifecycle' | 'clock'> {
  facade: StranglerConfig['facade'];
  flow: Facade;
  health: Health;
  /** Sees each request before the flow does, which does not get it when this has answered it. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Listens. At the end it is not ready first, goes on accepting until others have noticed, and then drains. */
export async function serveClients(options: ServeClientsOptions): Promise<Listening> {
  const { facade, flow, health, before, lifecycle, clock } = options;
  const { limits, settle, drain } = facade;
  const handle: Facade['handle'] =
    before === undefined
      ? flow.handle
      : (request, response) => before(request, response) || flow.handle(request, response);
  const clients = createClientServer({ ...flow, handle, limits, newId: randomUUID });
  const server = await listen(clients, facade.listen);
  lifecycle.onClose('clients', () => server.close(drain), { takes: drain });
  lifecycle.onClose('websockets', flow.closeWebSockets);
  const leave = async () => {
    health.drain();
    server.drain();
    await clock.sleep(settle);
  };
  lifecycle.onClose('readiness', leave, { takes: settle });
  return server;
}
