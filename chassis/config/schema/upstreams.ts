/** Pure. The `upstreams:` section: a service found by discovery, one URL, or a list of URLs. */
import { z } from 'zod';
import { duration, urlOf } from './quantities.ts';

const httpUrl = urlOf('http', 'https');
const breaker = z
  .strictObject({
    /** Share of failed calls in the window that opens the breaker. */
    failures: z.number().min(1).max(100).default(50),
    /** Calls in the window below which it never opens. */
    minimum: z.number().int().min(5).default(20),
    window: duration.default(10_000),
    /** How long it stays open before one probe is let through. */
    reset: duration.default(10_000),
  })
  .prefault({});

const options = { timeout: duration.default(5_000), breaker };

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
