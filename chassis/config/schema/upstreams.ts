/** Pure. The `upstreams:` section: a service found by discovery, one URL, or a list of URLs. */
import { z } from 'zod';
import { duration, urlOf } from './quantities.ts';

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

const options = { timeout: duration.default(UPSTREAM_DEFAULTS.timeout), breaker };

/** The schema of one entry of `upstreams:`. */
export const upstreamSchema = z
  .union(
    [
      z.strictObject({ url: httpUrl, ...options }),
      z.strictObject({ urls: z.array(httpUrl).min(1), ...options }),
      z.strictObject({ service: z.string().min(1), ...options }),
    ],
    { error: 'expected one of: url (http://...), urls (a list), or service (a name for discovery)' },
  )
  .transform(({ timeout, breaker, ...where }) => ({ where: whereOf(where), timeout, breaker }));

/** Where an upstream's instances come from. */
export type UpstreamWhere = { kind: 'static'; urls: string[] } | { kind: 'discovery'; service: string };

/** One upstream as validated; times in milliseconds. */
export type UpstreamConfig = z.output<typeof upstreamSchema>;

function whereOf(where: { url: string } | { urls: string[] } | { service: string }): UpstreamWhere {
  if ('url' in where) return { kind: 'static', urls: [where.url] };
  if ('urls' in where) return { kind: 'static', urls: where.urls };
  return { kind: 'discovery', service: where.service };
}
