/** Registers an instance with the Consul agent of its machine, under a check that it keeps alive itself. */
import { consulHeaders } from './consul-resolver.ts';
import type { Registrar, Registration } from './registrar.ts';
import { createRegistryHttp, expectStatus } from './registry-http.ts';

/** What the registrar needs. */
export interface ConsulRegistrarOptions {
  /** The agent's HTTP API. */
  url: string;
  token?: string;
  registration: Registration;
}

/** How long Consul keeps an instance that has fallen silent, so that nobody has to clear it away. */
const CLEARED_AFTER = '10m';

/** Makes the registrar. Consul knows no epochs: give each process an id of its own. */
export function createConsulRegistrar(options: ConsulRegistrarOptions): Registrar {
  const { url, registration } = options;
  const http = createRegistryHttp(url, consulHeaders(options));
  const id = encodeURIComponent(registration.id);
  const put = (path: string, body?: object, signal?: AbortSignal) =>
    http.call({ method: 'PUT', path, body, signal });
  return {
    registry: 'consul',
    registration,
    async announce(healthy, signal) {
      const Status = healthy ? 'passing' : 'critical';
      const told = await put(`/v1/agent/check/update/service:${id}`, { Status }, signal);
      if (told.status === 200) return healthy ? 'renewed' : 'unwell';
      // The agent does not know the check: 404, or 500 in older versions.
      expectStatus(told, 404, 500);
      expectStatus(await put('/v1/agent/service/register', serviceOf(registration, Status), signal), 200);
      return healthy ? 'registered' : 'unwell';
    },
    async leave() {
      expectStatus(await put(`/v1/agent/service/deregister/${id}`), 200, 404);
    },
    close: http.close,
  };
}

function serviceOf({ service, id, url, ttl }: Registration, Status: string): object {
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol.slice(0, -1);
  return {
    ID: id,
    Name: service,
    Address: hostname.replace(/^\[|\]$/g, ''),
    Port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port),
    Meta: { scheme },
    Check: {
      CheckID: `service:${id}`,
      TTL: `${ttl}ms`,
      Status,
      DeregisterCriticalServiceAfter: CLEARED_AFTER,
    },
  };
}
