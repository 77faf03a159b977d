/**
 * Instances by the A and AAAA records of a host, one for each address; looked up again when their time to live is
 * over. That the name has no records any more is not believed as long as some were known: zones are emptied by
 * mistake, and a Kubernetes service without a ready pod looks just so.
 */
import { isIP } from 'node:net';
import { createDnsClient, type DnsClient } from './dns-client.ts';
import { createFollowingResolver, type FollowOptions, type Look } from './following-resolver.ts';
import { instanceUrl } from './instance-address.ts';
import { jittered, unlessAborted } from './poll.ts';
import type { FollowingResolver, Instance } from './resolver.ts';

/** What the resolvers by DNS need; times in milliseconds. */
export interface DnsResolverOptions extends FollowOptions {
  servers?: readonly string[];
  /** Bounds of the time to live that is honoured. */
  minTtl: number;
  maxTtl: number;
  /** For each of two tries. */
  timeout?: number;
}

/** Makes the resolver; a service's name is a URL whose host is looked up, `http://catalog.internal:3001`. */
export function createDnsResolver(options: DnsResolverOptions): FollowingResolver {
  const client = createDnsClient(options);
  const registry = {
    name: 'dns',
    lookAt: (url: string, known: () => readonly Instance[]) => lookAt(new URL(url), known, client, options),
    close: async () => client.close(),
  };
  return createFollowingResolver(registry, options);
}

function lookAt(
  { protocol, hostname, port }: URL,
  known: () => readonly Instance[],
  client: DnsClient,
  { minTtl, maxTtl, random }: DnsResolverOptions,
): Look {
  const scheme = protocol.slice(0, -1);
  const number = port === '' ? (scheme === 'https' ? 443 : 80) : Number(port);
  return async (signal) => {
    const before = known().map(({ url }) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
    const { addresses, ttl } = await unlessAborted(addressesOf(client, hostname, before), signal);
    const urls = addresses.map((address) => instanceUrl(scheme, address, number));
    return {
      instances: urls.map((url) => ({ id: url, url })),
      next: jittered(Math.min(maxTtl, Math.max(minTtl, ttl)), random),
    };
  };
}

/**
 * The addresses of a host in both families, and the shorter time to live of the two. When one family gives no
 * answer, what was known of it stays. Rejects when neither does, or when the one that does has no address.
 */
export async function addressesOf(
  client: DnsClient,
  host: string,
  known: readonly string[],
): Promise<{ addresses: string[]; ttl: number }> {
  const families = [4, 6] as const;
  const answers = await Promise.allSettled(families.map((family) => client.addresses(host, family)));
  const found = answers.flatMap((answer, index) => {
    if (answer.status === 'fulfilled') return answer.value.addresses;
    return known.filter((address) => isIP(address) === families[index]);
  });
  const given = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
  const failed = answers.find((answer) => answer.status === 'rejected');
  const ttl = Math.min(...given.filter(({ addresses }) => addresses.length > 0).map((one) => one.ttl));
  if (failed !== undefined && ttl === Number.POSITIVE_INFINITY) throw failed.reason;
  // A name without records is asked for again soon.
  return { addresses: found, ttl: Number.isFinite(ttl) ? ttl : 0 };
}
