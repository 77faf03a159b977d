/** Registers an instance with a Eureka server, sends its heartbeats, and registers again when it was forgotten. */
import { isIP } from 'node:net';
import { applicationPath } from './eureka-resolver.ts';
import type { Registrar, Registration } from './registrar.ts';
import { createRegistryHttp, expectStatus } from './registry-http.ts';

/** What the registrar needs. */
export interface EurekaRegistrarOptions {
  /** Where `/apps` is, for example `http://eureka:8761/eureka`. */
  url: string;
  registration: Registration;
  /** Milliseconds since the epoch: Eureka keeps the record that was changed last. */
  now: () => number;
}

/** Makes the registrar. Eureka knows no epochs: give each process an id of its own. */
export function createEurekaRegistrar({ url, registration, now }: EurekaRegistrarOptions): Registrar {
  const http = createRegistryHttp(url);
  const application = applicationPath(registration.service);
  const path = `${application}/${encodeURIComponent(registration.id)}`;
  /** The status that the server was told last; undefined when it has to be told. */
  let told: string | undefined;
  return {
    registry: 'eureka',
    registration,
    async announce(healthy, signal) {
      const status = healthy ? 'UP' : 'DOWN';
      if (told === status) {
        const answer = await http.call({ method: 'PUT', path, signal });
        expectStatus(answer, 200, 404);
        if (answer.status === 200) return healthy ? 'renewed' : 'unwell';
      }
      const body = { instance: recordOf(registration, status, now()) };
      expectStatus(await http.call({ method: 'POST', path: application, body, signal }), 200, 204);
      told = status;
      return healthy ? 'registered' : 'unwell';
    },
    async leave() {
      expectStatus(await http.call({ method: 'DELETE', path }), 200, 204, 404);
    },
    close: http.close,
  };
}

function recordOf({ service, id, url, ttl }: Registration, status: string, now: number): object {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === 'https:';
  const number = port === '' ? (secure ? 443 : 80) : Number(port);
  const seconds = (ms: number) => Math.max(1, Math.round(ms / 1_000));
  return {
    instanceId: id,
    hostName: host,
    ...(isIP(host) === 0 ? {} : { ipAddr: host }),
    app: service.toUpperCase(),
    vipAddress: service,
    secureVipAddress: service,
    status,
    port: { $: secure ? 80 : number, '@enabled': String(!secure) },
    securePort: { $: secure ? number : 443, '@enabled': String(secure) },
    homePageUrl: url,
    dataCenterInfo: {
      '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo',
      name: 'MyOwn',
    },
    leaseInfo: { renewalIntervalInSecs: seconds(ttl / 3), durationInSecs: seconds(ttl) },
    lastDirtyTimestamp: String(now),
  };
}
