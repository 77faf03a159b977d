/** The door to undici: how connections to an origin are opened. */
import { isIP } from 'node:net';
import { buildConnector } from 'undici';

/** For which name the certificate of a host is verified; empty: for its address. */
export function serverNameOf(hostname: string): string {
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : '';
}

/**
 * Opens connections to where the URL says, and verifies them by that: undici alone would take the Host of the request
 * that is the first on a connection, which is the client's. `timeout` in milliseconds; 0: as long as it takes.
 */
export function originConnector(timeout: number): buildConnector.connector {
  const connect = buildConnector({ timeout, allowH2: false });
  return (options, callback) => connect({ ...options, servername: serverNameOf(options.hostname) }, callback);
}
