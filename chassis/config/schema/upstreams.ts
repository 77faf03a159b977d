/** Pure. The `upstreams:` section: one URL, a list of URLs, or a name to look up at a registry or in DNS. */
import { z } from 'zod';
import { instanceOptions } from './instance-health.ts';
import { duration, show, urlOf } from './quantities.ts';
import { rewriteSchema } from './rewrite.ts';

/** What an upstream has when the file does not say; times in milliseconds. */
export const UPSTREAM_DEFAULTS = {
  timeout: 5_000,
  breaker: { failures: 50, minimum: 20, window: 10_000, reset: 10_000 },
} as const;

const httpUrl = urlOf('http', 'https');
const breaker = z
  .strictObject({
    /** Share of failed calls in the window that opens the breaker. */
    failures: z.number().min(1).max(99).default(UPSTREAM_DEFAULTS.breaker.failures),
    /** Calls in the window below which it never opens. */
    minimum: z.number().int().min(5).default(UPSTREAM_DEFAULTS.breaker.minimum),
    window: duration.default(UPSTREAM_DEFAULTS.breaker.window),
    /** How long it stays open before one probe is let through. */
    reset: duration.default(UPSTREAM_DEFAULTS.breaker.reset),
  })
  .prefault({});

/** TLS checks a host's name, which an address has lost: over https, `url` does what is wanted. */
const dnsUrl = urlOf('http').refine(isNamed, {
  error: (issue) => `found ${show(issue.input)}, expected http://NAME:PORT, the name to be looked up in DNS`,
});
const srvName = z.string().regex(/^_[a-z0-9-]+\._(tcp|udp)(\.[a-z0-9_-]+)+\.?$/i, {
  error: (issue) =>
    `found ${show(issue.input)}, expected a name of SRV records such as _http._tcp.catalog.internal`,
});
const scheme = z.enum(['http', 'https']).default('http');
const registry = z.enum(['redis', 'consul', 'eureka']).default('redis');

const options = {
  timeout: duration.optional(),
  breaker,
  /** Exchanges at a time; 1024 for services and any number for legacy, where it is not given. */
  concurrency: z.number().int().min(1).optional(),
  /** Exchanges that may wait for a place, and how long. */
  queue: z.number().int().min(0).default(256),
  queueTimeout: duration.default(1_000),
  /** Retries of one request on other instances, within the budget. */
  retries: z.number().int().min(0).max(3).default(1),
  rewrite: rewriteSchema.prefault({}),
  ...instanceOptions,
};

/** The schema of one entry of `upstreams:`. */
export const upstreamSchema = z
  .union(
    [
      z.strictObject({ url: httpUrl, ...options }),
      z.strictObject({ urls: z.array(httpUrl).min(1), ...options }),
      z.strictObject({ service: z.string().min(1), registry, ...options }),
      z.strictObject({ dns: dnsUrl, ...options }),
      z.strictObject({ srv: srvName, scheme, ...options }),
    ],
    {
      error:
        'expected one of: url (http://...), urls (a list), service (a name, with its registry), dns (http://name:port), or srv (_http._tcp.name, with its scheme)',
    },
  )
  .transform(({ timeout, breaker, rewrite, ...rest }) => {
    const { concurrency, queue, queueTimeout, retries, ...others } = rest;
    const { ejection, health, slowStart, panic, ...where } = others;
    return {
      ...{
        where: whereOf(where),
        timeout: timeout ?? UPSTREAM_DEFAULTS.timeout,
        writtenTimeout: timeout,
        breaker,
        rewrite,
        concurrency,
        queue,
        queueTimeout,
        retries,
      },
      ...{ ejection, health, slowStart, panic },
    };
  });

/** A name to look up, and where: a service at a registry, `http://host:port` in DNS, `scheme://name` of SRV records. */
export interface Lookup {
  registry: 'redis' | 'consul' | 'eureka' | 'dns' | 'srv';
  name: string;
}

/** Where an upstream's instances come from; `service` names the lookup among all others. */
export type UpstreamWhere =
  | { kind: 'static'; urls: string[] }
  | { kind: 'discovery'; service: string; lookup: Lookup };

/** One upstream as validated; times in milliseconds. */
export type UpstreamConfig = z.output<typeof upstreamSchema>;

type Written =
  | { url: string }
  | { urls: string[] }
  | { service: string; registry: Lookup['registry'] }
  | { dns: string }
  | { srv: string; scheme: string };

function whereOf(where: Written): UpstreamWhere {
  if ('url' in where) return { kind: 'static', urls: [where.url] };
  if ('urls' in where) return { kind: 'static', urls: where.urls };
  if ('service' in where) return lookedUp({ registry: where.registry, name: where.service });
  if ('dns' in where) return lookedUp({ registry: 'dns', name: new URL(where.dns).origin });
  return lookedUp({ registry: 'srv', name: `${where.scheme}://${where.srv}` });
}

function lookedUp(lookup: Lookup): UpstreamWhere {
  return { kind: 'discovery', service: `${lookup.registry}:${lookup.name}`, lookup };
}

function isNamed(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname, pathname, username } = new URL(text);
  return !/^[\d.]+$|^\[/.test(hostname) && hostname !== 'localhost' && pathname === '/' && username === '';
}
