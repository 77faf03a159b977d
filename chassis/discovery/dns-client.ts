/** The door to DNS: addresses and services of a name, asked of the machine's servers or of given ones. */
import { Resolver as NodeResolver } from 'node:dns/promises';

/** Addresses of one family; `ttl` in milliseconds, the shortest of them. */
export interface Addresses {
  addresses: string[];
  ttl: number;
}

/** One SRV record. */
export interface ServiceRecord {
  priority: number;
  host: string;
  port: number;
}

/** Asks DNS; a name that is not there has no records, anything else that goes wrong rejects. */
export interface DnsClient {
  addresses(host: string, family: 4 | 6): Promise<Addresses>;
  services(name: string): Promise<ServiceRecord[]>;
  /** Ends what is under way. */
  close(): void;
}

/** What it needs; `timeout` in milliseconds for each of two tries, 2,000 by default. */
export interface DnsClientOptions {
  /** Addresses with or without a port; the machine's own by default. */
  servers?: readonly string[];
  timeout?: number;
}

/** Makes the client. */
export function createDnsClient({ servers = [], timeout = 2_000 }: DnsClientOptions = {}): DnsClient {
  const resolver = new NodeResolver({ timeout, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    async addresses(host, family) {
      const records = await orNone(
        family === 4 ? resolver.resolve4(host, { ttl: true }) : resolver.resolve6(host, { ttl: true }),
      );
      const ttl = Math.min(...records.map((record) => record.ttl)) * 1_000;
      return { addresses: records.map(({ address }) => address), ttl };
    },
    async services(name) {
      const records = await orNone(resolver.resolveSrv(name));
      return records.map((record) => ({ priority: record.priority, host: record.name, port: record.port }));
    },
    close: () => resolver.cancel(),
  };
}

/** That there is no such name, or no such record of it, is an answer. */
async function orNone<T>(records: Promise<T[]>): Promise<T[]> {
  try {
    return await records;
  } catch (error) {
    if (['ENODATA', 'ENOTFOUND'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
