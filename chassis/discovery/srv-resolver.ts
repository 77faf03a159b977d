/**
 * Instances by the SRV records of a name: those of the lowest priority number, each at the addresses of its target.
 * Node does not tell the time to live of SRV records, so they are looked up again after the shortest time allowed.
 * That there are no records any more is not believed as long as some were known, as with addresses.
 */
import { createDnsClient, type DnsClient, type ServiceRecord } from './dns-client.ts';
import { addressesOf, type DnsResolverOptions } from './dns-resolver.ts';
import { createFollowingResolver, type Look } from './following-resolver.ts';
import { instanceUrl } from './instance-address.ts';
import { jittered, unlessAborted } from './poll.ts';
import type { FollowingResolver, Instance } from './resolver.ts';

/** Makes the resolver; a service's name is a scheme and the name of the records, `http://_http._tcp.catalog.internal`. */
export function createSrvResolver(options: DnsResolverOptions): FollowingResolver {
  const client = createDnsClient(options);
  const registry = {
    name: 'srv',
    lookAt: (service: string, known: () => readonly Instance[]) => lookAt(service, known, client, options),
    close: async () => client.close(),
  };
  return createFollowingResolver(registry, options);
}

function lookAt(
  service: string,
  known: () => readonly Instance[],
  client: DnsClient,
  { minTtl, random }: DnsResolverOptions,
): Look {
  const [scheme, name] = service.split('://') as [string, string];
  return async (signal) => {
    const records = await unlessAborted(client.services(name), signal);
    const first = Math.min(...records.map(({ priority }) => priority));
    const targets = records.filter(({ priority }) => priority === first);
    const looks = targets.map(async (target) =>
      // A certificate names the host, so that over TLS the host stays in the URL.
      scheme === 'https' ? [atHost(target)] : atAddresses(target, scheme, client, known()),
    );
    const found = await unlessAborted(Promise.allSettled(looks), signal);
    const [failed] = found.filter((one) => one.status === 'rejected');
    if (failed !== undefined && found.every((one) => one.status === 'rejected')) throw failed.reason;
    return {
      instances: found.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])),
      unreadable: targets.filter((_, index) => found[index]!.status === 'rejected').map(({ host }) => host),
      next: jittered(minTtl, random),
    };
  };
}

function atHost({ host, port }: ServiceRecord): Instance {
  return { id: `${host}:${port}`, url: instanceUrl('https', host, port) };
}

/** One instance for each address of the target; those known stay when its addresses cannot be looked up. */
async function atAddresses(
  { host, port }: ServiceRecord,
  scheme: string,
  client: DnsClient,
  known: readonly Instance[],
): Promise<Instance[]> {
  const start = `${host}:${port}/`;
  const before = known.filter(({ id }) => id.startsWith(start)).map(({ id }) => id.slice(start.length));
  try {
    const { addresses } = await addressesOf(client, host, before);
    return addresses.map((one) => ({ id: `${start}${one}`, url: instanceUrl(scheme, one, port) }));
  } catch (error) {
    if (before.length === 0) throw error;
    return known.filter(({ id }) => id.startsWith(start));
  }
}
