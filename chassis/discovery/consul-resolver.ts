/**
 * Instances by a Consul agent: those whose checks all pass, learned by blocking queries. The rules of Consul's own
 * documentation: an index below 1 is 1, one that goes backwards starts again at none, an answer is no proof of a
 * change, and the loop has a limit of its own. That no instance passes any more is not believed as long as others
 * were known: a check that fails everywhere at once is no reason to call nobody.
 */
import { createFollowingResolver, type FollowOptions, type Look } from './following-resolver.ts';
import { instanceUrl } from './instance-address.ts';
import { jittered } from './poll.ts';
import { readEntries } from './readable.ts';
import { createRegistryHttp, expectStatus, type RegistryAnswer, type RegistryHttp } from './registry-http.ts';
import type { FollowingResolver, Instance } from './resolver.ts';
import { createTokenBucket } from './token-bucket.ts';

/** What the resolver needs; times in milliseconds. */
export interface ConsulResolverOptions extends FollowOptions {
  /** The agent's HTTP API. */
  url: string;
  token?: string;
  datacenter?: string;
  /** How long a query may block; 30,000 by default. */
  wait?: number;
  /** Queries for each service: two at once, then one each 1,000. */
  rate?: { burst: number; interval: number };
}

/** Makes the resolver. */
export function createConsulResolver(options: ConsulResolverOptions): FollowingResolver {
  const http = createRegistryHttp(options.url, consulHeaders(options));
  const registry = {
    name: 'consul',
    lookAt: (service: string) => lookAt(service, http, options),
    close: http.close,
  };
  return createFollowingResolver(registry, options);
}

/** What goes with every call to Consul. */
export function consulHeaders({ token }: { token?: string }): Record<string, string> {
  return token === undefined ? {} : { 'x-consul-token': token };
}

function lookAt(service: string, http: RegistryHttp, options: ConsulResolverOptions): Look {
  const { datacenter, clock, random, wait = 30_000, rate = { burst: 2, interval: 1_000 } } = options;
  const bucket = createTokenBucket(rate);
  // The first look is made without asking the bucket.
  bucket.take(clock.monotonic());
  let index = 0;
  return async (signal) => {
    const query = new URLSearchParams({ passing: 'true' });
    if (datacenter !== undefined) query.set('dc', datacenter);
    if (index > 0) query.set('index', String(index));
    if (index > 0) query.set('wait', `${wait}ms`);
    const path = `/v1/health/service/${encodeURIComponent(service)}?${query}`;
    try {
      // Consul adds up to a sixteenth of the wait.
      const answer = await http.call({ method: 'GET', path, signal, timeout: wait + wait / 16 + 5_000 });
      expectStatus(answer, 200);
      const found = readEntries(entriesOf(answer.body), instanceOf);
      index = nextIndex(index, answer);
      const pause = bucket.take(clock.monotonic());
      return { ...found, next: pause === 0 ? 0 : jittered(pause, random) + rate.interval / 5 };
    } catch (error) {
      // Another server may answer next, with indexes of its own.
      index = 0;
      throw error;
    }
  };
}

/** The index to wait for a change of; 0 for none. */
function nextIndex(before: number, { headers }: RegistryAnswer): number {
  const found = Math.max(1, Number.parseInt(String(headers['x-consul-index']), 10) || 1);
  return found < before ? 0 : found;
}

interface Entry {
  Node?: { Node?: unknown; Address?: unknown };
  Service?: { ID?: unknown; Address?: unknown; Port?: unknown; Meta?: Record<string, unknown> | null };
}

function entriesOf(body: unknown): Entry[] {
  if (!Array.isArray(body)) throw new Error('found no list of service entries');
  return body as Entry[];
}

/** A service without an address of its own is at its node's; `scheme: https` in its meta makes it so. */
function instanceOf({ Node = {}, Service = {} }: Entry): Instance {
  const host = Service.Address || Node.Address;
  if (typeof host !== 'string' || typeof Service.Port !== 'number' || typeof Service.ID !== 'string')
    throw new Error('found an entry without Service.ID, address or Service.Port');
  const scheme = Service.Meta?.scheme === 'https' ? 'https' : 'http';
  return { id: `${Node.Node ?? host}/${Service.ID}`, url: instanceUrl(scheme, host, Service.Port) };
}
