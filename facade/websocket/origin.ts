/**
 * Pure. Which pages may open a WebSocket. Browsers send cookies with it whatever page asks, and no CORS stands
 * before it (RFC 6455, 10.2): where a cookie proves the user, the Origin is what tells a foreign page apart.
 */
import { canonicalHost } from '../rewriting/location.ts';

/** What an upgrade says of the page that asks, and of the host that it was asked of. */
export interface Asking {
  origin: string | string[] | undefined;
  host: string | string[] | undefined;
}

/**
 * Whether the Origin is among those allowed. `same-host` is one of the host and port that was asked; its scheme is not
 * compared, as TLS may end before the facade. `none` is no Origin at all.
 */
export function allowsOrigin(allowed: readonly string[], { origin, host }: Asking): boolean {
  if (origin === undefined) return allowed.includes('none');
  // Words of the config are no origins.
  if (typeof origin !== 'string' || !origin.includes('://')) return false;
  return allowed.includes(origin) || (allowed.includes('same-host') && isOf(origin, host));
}

function isOf(origin: string, host: Asking['host']): boolean {
  if (typeof host !== 'string' || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return /^https?:$/.test(url.protocol) && url.host === canonicalHost(url.protocol.slice(0, -1), host);
}
