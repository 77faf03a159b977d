/** The peers whose X-Forwarded-* are believed, by address or by network. */
import { BlockList, isIP } from 'node:net';
import { canonicalAddress, type TrustedPeers } from './client-address.ts';

/** Makes the set; entries are addresses, or networks such as 10.0.0.0/8. */
export function createTrustedPeers(entries: readonly string[]): TrustedPeers {
  const networks = entries.filter((entry) => entry.includes('/'));
  const addresses = new Set(entries.filter((entry) => !entry.includes('/')).map(canonicalAddress));
  if (networks.length === 0) return addresses;
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/');
    list.addSubnet(address!, Number(bits), familyOf(address!));
  }
  return {
    has: (address) =>
      addresses.has(address) || (isIP(address) !== 0 && list.check(address, familyOf(address))),
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
