/**
 * Whether an address from a registry may be called. Whoever can write to a registry or a DNS zone must not be
 * able to turn the facade on the machine's own cloud metadata (server-side request forgery).
 */
import { BlockList, isIP } from 'node:net';

/** Names under which clouds answer with credentials. */
const METADATA_HOSTS = ['metadata.google.internal', 'metadata.goog', 'instance-data.ec2.internal'];

const NOBODY = listOf([
  ['0.0.0.0', 8, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['224.0.0.0', 3, 'ipv4'],
  ['ff00::', 8, 'ipv6'],
]);
/** Link-local, where cloud metadata is served, and the three providers' addresses that are elsewhere. */
const LINK_LOCAL = listOf([
  ['169.254.0.0', 16, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
  ['100.100.100.200', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  // 169.254.0.0/16 as NAT64 writes it.
  ['64:ff9b::a9fe:0', 112, 'ipv6'],
]);

/** Says what is wrong with an instance's URL; undefined when it may be called. */
export function addressFault(
  url: string,
  { allowLinkLocal }: { allowLinkLocal: boolean },
): string | undefined {
  if (!URL.canParse(url)) return 'no URL';
  const { protocol, hostname, port, username, password, search, hash } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return 'neither http nor https';
  if (username !== '' || password !== '') return 'a URL with credentials';
  if (search !== '' || hash !== '') return 'a URL with a query or fragment';
  if (port === '0') return 'port 0';
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) === 0)
    return !allowLinkLocal && METADATA_HOSTS.includes(host) ? 'a metadata host' : undefined;
  const family = isIP(host) === 4 ? 'ipv4' : 'ipv6';
  if (NOBODY.check(host, family)) return 'an address of no single host';
  return !allowLinkLocal && LINK_LOCAL.check(host, family) ? 'a link-local or metadata address' : undefined;
}

/** The URL of a host and port; the host may be an address of either family. */
export function instanceUrl(scheme: string, host: string, port: number): string {
  return `${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function listOf(networks: [string, number, 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList();
  for (const network of networks) list.addSubnet(...network);
  return list;
}
