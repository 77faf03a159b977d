/** Why a WebSocket is not opened, though its request was let in. */
import { defineErrors, EXIT } from '../../chassis/errors.ts';

export const websocketErrors = defineErrors({
  ORIGIN_REFUSED: {
    status: 403,
    exit: EXIT.usage,
    message: () => 'The Origin is none of websocket.origins.',
    remedy: 'Open the WebSocket from a page of these origins, or add its origin to the route or the facade.',
  },
  UPGRADES_FULL: {
    status: 503,
    exit: EXIT.unreachable,
    message: () => 'As many WebSockets are open as facade.limits.upgrades allows.',
    remedy: 'Try again when some are closed, start another facade, or raise the limit.',
  },
  FACADE_CLOSING: {
    status: 503,
    exit: EXIT.unreachable,
    message: () => 'The facade is about to end and opens no more WebSockets.',
    remedy: 'Connect again: another facade answers, or this one when it is back.',
  },
});

/** Its code. */
export type WebSocketRefusal = keyof typeof websocketErrors.table;
