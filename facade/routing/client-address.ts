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

/** The first address from the right that no trusted peer stands behind. */
export function clientAddress(
  peer: string,
  forwardedFor: string | string[] | undefined,
  trusted: TrustedPeers,
): string {
  if (forwardedFor === undefined || !trusted.has(peer)) return peer;
  const hops = String(forwardedFor)
    .split(',')
    .map((hop) => plainAddress(hop.trim()));
  return hops.findLast((hop) => hop !== '' && !trusted.has(hop)) ?? peer;
}
