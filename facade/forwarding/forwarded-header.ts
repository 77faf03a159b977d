/**
 * Pure. The `Forwarded` header (RFC 7239), written from the X-Forwarded-* headers that are sent beside it. What came in
 * a `Forwarded` is never taken over: many load balancers rewrite only X-Forwarded-*, and pass a client's on.
 */

/** What X-Forwarded-* say. */
export interface ForwardedFacts {
  /** The client first, then the proxies, with commas between. */
  hops: string;
  proto: string;
  host: string | undefined;
}

/** One element for each hop; what the client asked for stands in the first. */
export function forwardedHeader({ hops, proto, host }: ForwardedFacts): string {
  const [client, ...proxies] = hops.split(',').map((hop) => `for=${nodeOf(hop.trim())}`);
  const asked = host === undefined ? '' : `;host=${asValue(firstOf(host))}`;
  return [`${client}${asked};proto=${asValue(firstOf(proto))}`, ...proxies].join(', ');
}

const ADDRESS = /^[0-9a-f:.[\]]+$/i;
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

/** An address, with brackets where it is of IPv6; what is none is `unknown`, as the RFC has it. */
function nodeOf(hop: string): string {
  if (!ADDRESS.test(hop)) return 'unknown';
  const bare = !hop.startsWith('[') && hop.indexOf(':') !== hop.lastIndexOf(':');
  return asValue(bare ? `[${hop}]` : hop);
}

function asValue(text: string): string {
  return TOKEN.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Proxies before may have made a list of it. */
function firstOf(text: string): string {
  const comma = text.indexOf(',');
  return comma < 0 ? text : text.slice(0, comma).trimEnd();
}
