/** Pure. The `sidecar:` section: the application beside which `strangler sidecar` stands, and how others find it. */
import { z } from 'zod';
import { duration, listenAddress, urlOf } from './quantities.ts';

const httpUrl = urlOf('http', 'https');

/** The schema of `sidecar:`. */
export const sidecarSchema = z.strictObject({
  /** The name under which the application is registered. */
  service: z.string().regex(/^[A-Za-z0-9._-]+$/, { error: 'expected letters, digits, dots, dashes' }),
  /** Where the application itself answers; loopback, so that nobody passes the sidecar by. */
  app: httpUrl,
  listen: listenAddress.prefault('127.0.0.1:9080'),
  admin: listenAddress.prefault('127.0.0.1:9081'),
  /** What is registered; the address listened on when it is not given. */
  advertise: httpUrl.optional(),
  /** Whether it is registered at all. */
  register: z.boolean().default(true),
  /** Where it is registered; Consul and Eureka are where `discovery:` says. */
  registry: z.enum(['redis', 'consul', 'eureka']).default('redis'),
  health: z
    .strictObject({
      path: z.string().startsWith('/').default('/'),
      interval: duration.default(1_000),
      timeout: duration.default(1_000),
      healthy: z.int().min(1).default(1),
      unhealthy: z.int().min(1).default(3),
    })
    .prefault({}),
  /** How long it goes on accepting after the registration was given back, until others have noticed. */
  settle: duration.default(1_000),
  /** How long an application that the sidecar started may take to end after SIGTERM. */
  stop: duration.default(10_000),
});

/** The sidecar as validated; times in milliseconds. */
export type SidecarConfig = z.output<typeof sidecarSchema>;
