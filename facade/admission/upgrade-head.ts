/** Pure. Which requests ask for a WebSocket, by their heads. */

/** What is looked at. */
interface AskingHead {
  method?: string | undefined;
  httpVersion?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
}

const NAMES_UPGRADE = /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i;

/** An offer of anything else is ignored, and any offer in HTTP/1.0, as HTTP has it (RFC 9110, 7.8). */
export function asksForWebSocket({ method, httpVersion, headers }: AskingHead): boolean {
  return (
    headers.upgrade !== undefined &&
    method === 'GET' &&
    httpVersion === '1.1' &&
    String(headers.upgrade).toLowerCase() === 'websocket' &&
    namesUpgrade(headers.connection)
  );
}

/** Whether a Connection header says that the Upgrade beside it is meant. */
export function namesUpgrade(connection: string | string[] | undefined): boolean {
  return NAMES_UPGRADE.test(String(connection));
}
