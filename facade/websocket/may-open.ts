/** Pure. Whether the page that asks may open a WebSocket here: the list of the route, else of the facade. */
import type { AssignedRequest, AssigningView } from '../request-assignment.ts';
import { plainAddress } from '../routing/client-address.ts';
import type { ActiveRoute, Snapshot } from '../snapshot.ts';
import { allowsOrigin } from './origin.ts';

/** Decides; without any list the upstream does. */
export function mayOpen(
  { snapshot, trusted }: AssigningView & { snapshot: Pick<Snapshot, 'loaded'> },
  { headers, socket }: AssignedRequest,
  route: ActiveRoute | undefined,
): boolean {
  const { facade } = snapshot.loaded.config;
  const origins = route?.config.websocket.origins ?? facade.websocket.origins;
  if (origins === undefined) return true;
  const told = trusted.has(plainAddress(socket.remoteAddress)) ? headers['x-forwarded-host'] : undefined;
  return allowsOrigin(origins, { origin: headers.origin, host: told ?? headers.host });
}
