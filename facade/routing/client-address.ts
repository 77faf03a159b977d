/** Pure. The client's address, through peers that are trusted to report it. */

/** The addresses whose X-Forwarded-* are believed. */
export interface TrustedPeers {
  has(address: string): boolean;
}

/** `::ffff:10.0.0.1` is 10.0.0.1. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** The one spelling of an address, as the system writes it: `2001:DB8:0::1` is 2001:db8::1. */
export function canonicalAddress(address: string): string {
  const plain = plainAddress(address.toLowerCase());
  if (!plain.includes(':')) return plain;
  return URL.parse(`http://[${plain}]`)?.hostname.slice(1, -1) ?? plain;
}

/** An address as a proxy reports it, which may be with the port of a connection: that is no part of who it is. */
function hopAddress(hop: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/.exec(hop) ?? [];
  return canonicalAddress(bracketed ?? dotted ?? hop);
}

/** The first address from the right that no trusted peer stands behind. */
export function clientAddress(
  peer: string,
  forwardedFor: string | string[] | undefined,
  trusted: TrustedPeers,
): string {
  if (forwardedFor === undefined || !trusted.has(peer)) return peer;
  const hops = String(forwardedFor)
    .split(',')
    .map((hop) => hopAddress(hop.trim()));
  return hops.findLast((hop) => hop !== '' && !trusted.has(hop)) ?? peer;
}
