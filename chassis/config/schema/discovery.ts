/** Pure. The `discovery:` section: the registries at which upstreams are looked up. */
import { z } from 'zod';
import { duration, show, urlOf } from './quantities.ts';

const httpUrl = urlOf('http', 'https');

/** `10.0.0.2`, `10.0.0.2:5353` or `[::1]:53`. */
const dnsServer = z.string().refine(isServer, {
  error: (issue) =>
    `found ${show(issue.input)}, expected an address such as 10.0.0.2, 10.0.0.2:53 or [::1]:53`,
});

/** The schema of `discovery:`. */
export const discoverySchema = z.strictObject({
  consul: z
    .strictObject({
      /** The HTTP API of an agent. */
      url: httpUrl,
      token: z.string().min(1).optional(),
      datacenter: z.string().min(1).optional(),
    })
    .optional(),
  /** Where `/apps` is. */
  eureka: z.strictObject({ url: httpUrl }).optional(),
  dns: z
    .strictObject({
      /** The machine's own by default. */
      servers: z.array(dnsServer).default([]),
      /** Bounds of the time to live that is honoured. */
      minTtl: duration.default(5_000),
      maxTtl: duration.default(60_000),
    })
    .refine(({ minTtl, maxTtl }) => minTtl >= 100 && minTtl <= maxTtl, {
      error: 'expected a minTtl of 100ms or more, and a maxTtl at least as long',
    })
    .prefault({}),
  /** Whether instances may have link-local and cloud metadata addresses. */
  allowLinkLocal: z.boolean().default(false),
});

/** The section as validated; times in milliseconds. */
export type DiscoveryConfig = z.output<typeof discoverySchema>;

function isServer(text: string): boolean {
  const [, bracketed, port] = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  const [, plain, plainPort] = /^([0-9.]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? text;
  if (Number(port ?? plainPort ?? 53) > 65_535) return false;
  return z.union([z.ipv4(), z.ipv6()]).safeParse(address).success;
}
