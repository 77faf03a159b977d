/** Pure. The whole config file and its sections; rules across sections are in cross-references.ts. */
import { z } from 'zod';
import { accessKeys } from './access.ts';
import { facadeLimits, hostName, targetPolicy, underscorePolicy } from './admission.ts';
import { aggregateSchema } from './aggregates.ts';
import { authSchema } from './auth.ts';
import { dataGroupSchema, serviceSchemaSchema } from './data.ts';
import { discoverySchema } from './discovery.ts';
import { facadeAdmin, facadeListen, workerAdmin } from './listeners.ts';
import { duration, urlOf } from './quantities.ts';
import { routeSchema } from './routes.ts';
import { facadeSecrets } from './secrets.ts';
import { sidecarSchema } from './sidecar.ts';
import { adminTokens } from './tokens.ts';
import { upstreamSchema } from './upstreams.ts';
import { facadeWebSocket } from './websocket.ts';

const facade = z.strictObject({
  listen: facadeListen,
  admin: facadeAdmin,
  /** How long it goes on accepting after SIGTERM, when it is not ready any more, until others have noticed. */
  settle: duration.default(0),
  /** How long open exchanges may go on after that. */
  drain: duration.default(10_000),
  /** Peers whose X-Forwarded-* are believed (addresses and networks; none by default). */
  trustProxy: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).default([]),
  /** Whether upstreams get `Forwarded` (RFC 7239) beside X-Forwarded-*. */
  forwardedHeader: z.boolean().default(false),
  accessLog: z.boolean().default(true),
  /** The library that carries requests to the upstreams. */
  forwarder: z.enum(['http-proxy-middleware', 'undici']).default('http-proxy-middleware'),
  ambiguousTargets: targetPolicy.default('reject'),
  underscoreHeaders: underscorePolicy.default('remove'),
  /** What becomes of a GET or HEAD with a body, which some servers take for the next request. */
  getBodies: z.enum(['pass', 'reject']).default('pass'),
  /** The hosts that are served; any by default. */
  hosts: z.array(hostName).min(1).optional(),
  limits: facadeLimits,
  websocket: facadeWebSocket,
  secrets: facadeSecrets,
  tokens: adminTokens,
  /** A file to which every change is appended. */
  audit: z.string().min(1).optional(),
  /** What holds for every request whose route says nothing else; limits hold beside a route's own. */
  ...accessKeys,
});

const worker = z.strictObject({ admin: workerAdmin, tokens: adminTokens });

const store = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('memory') }),
  z.strictObject({
    kind: z.literal('redis'),
    url: urlOf('redis', 'rediss'),
    prefix: z.string().default('strangler'),
  }),
]);

/** The schema of `strangler.yaml`. */
export const configSchema = z.strictObject({
  facade: facade.prefault({}),
  worker: worker.prefault({}),
  store: store.prefault({ kind: 'memory' }),
  upstreams: z.record(z.string(), upstreamSchema),
  discovery: discoverySchema.prefault({}),
  legacy: z.string(),
  routes: z.array(routeSchema).default([]),
  auth: authSchema.prefault({}),
  aggregate: z.array(aggregateSchema).default([]),
  data: z.record(z.string(), dataGroupSchema).default({}),
  schema: z.record(z.string(), serviceSchemaSchema).default({}),
  redis: z.strictObject({ url: urlOf('redis', 'rediss') }).optional(),
  sidecar: sidecarSchema.optional(),
});

/** The config as validated: defaults filled in, times in milliseconds, shares as fractions. */
export type StranglerConfig = z.output<typeof configSchema>;
