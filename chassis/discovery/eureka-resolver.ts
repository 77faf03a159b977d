/**
 * Instances by a Eureka server: those with the status UP, asked for again and again. A server that does not know
 * the application, or knows nobody who is UP, is not believed as long as others were known: it may have just
 * started.
 */
import { createFollowingResolver, type FollowOptions, type Look } from './following-resolver.ts';
import { instanceUrl } from './instance-address.ts';
import { jittered } from './poll.ts';
import { readEntries } from './readable.ts';
import { createRegistryHttp, expectStatus, type RegistryHttp } from './registry-http.ts';
import type { FollowingResolver, Instance } from './resolver.ts';

/** What the resolver needs. */
export interface EurekaResolverOptions extends FollowOptions {
  /** Where `/apps` is, for example `http://eureka:8761/eureka`. */
  url: string;
  /** Milliseconds between two looks; 10,000 by default. */
  interval?: number;
}

/** Makes the resolver. */
export function createEurekaResolver(options: EurekaResolverOptions): FollowingResolver {
  const http = createRegistryHttp(options.url);
  const registry = {
    name: 'eureka',
    lookAt: (service: string) => lookAt(service, http, options),
    close: http.close,
  };
  return createFollowingResolver(registry, options);
}

/** The path of an application, whose name Eureka writes in capitals. */
export function applicationPath(service: string): string {
  return `/apps/${encodeURIComponent(service.toUpperCase())}`;
}

function lookAt(service: string, http: RegistryHttp, options: EurekaResolverOptions): Look {
  const { interval = 10_000, random } = options;
  return async (signal) => {
    const answer = await http.call({ method: 'GET', path: applicationPath(service), signal });
    expectStatus(answer, 200, 404);
    const records = answer.status === 404 ? [] : recordsOf(answer.body).filter(isUp);
    return { ...readEntries(records, instanceOf), next: jittered(interval, random) };
  };
}

interface Port {
  $?: unknown;
  '@enabled'?: unknown;
}

interface InstanceRecord {
  instanceId?: unknown;
  hostName?: unknown;
  ipAddr?: unknown;
  status?: unknown;
  port?: Port;
  securePort?: Port;
}

/** A list of one may come without its brackets, as XML turned to JSON does. */
function recordsOf(body: unknown): InstanceRecord[] {
  const { application } = (body ?? {}) as { application?: { instance?: InstanceRecord | InstanceRecord[] } };
  if (typeof application !== 'object' || application === null) throw new Error('found no application');
  const { instance = [] } = application;
  return Array.isArray(instance) ? instance : [instance];
}

function isUp(record: InstanceRecord | null): boolean {
  return record?.status === 'UP';
}

/** By address, save over TLS, which checks the name. */
function instanceOf({ instanceId, hostName, ipAddr, port, securePort }: InstanceRecord): Instance {
  const secure = !isEnabled(port) && isEnabled(securePort);
  const host = (secure ? undefined : ipAddr) ?? hostName ?? ipAddr;
  const number = Number((secure ? securePort : port)?.$);
  if (typeof host !== 'string' || !Number.isInteger(number))
    throw new Error('found an instance without hostName, ipAddr or port');
  const url = instanceUrl(secure ? 'https' : 'http', host, number);
  return { id: typeof instanceId === 'string' ? instanceId : url, url };
}

function isEnabled(port: Port | undefined): boolean {
  return port !== undefined && String(port['@enabled']) === 'true';
}
