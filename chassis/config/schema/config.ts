/** Pure. The whole config file: its sections, and the rules that hold across them. */
import { z } from 'zod';
import { dataGroupSchema, serviceSchemaSchema } from './data.ts';
import { duration, listenAddress, show, urlOf } from './quantities.ts';
import { routeSchema } from './routes.ts';
import { upstreamSchema } from './upstreams.ts';

const facade = z.strictObject({
  listen: listenAddress.prefault('127.0.0.1:8080'),
  admin: listenAddress.prefault('127.0.0.1:8081'),
  /** How long open exchanges may go on after SIGTERM. */
  drain: duration.default(10_000),
  /** Peers whose X-Forwarded-* are believed (addresses; none by default). */
  trustProxy: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  accessLog: z.boolean().default(true),
});

const worker = z.strictObject({ admin: listenAddress.prefault('127.0.0.1:8082') });

const store = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('memory') }),
  z.strictObject({
    kind: z.literal('redis'),
    url: urlOf('redis', 'rediss'),
    prefix: z.string().default('strangler'),
  }),
]);

/** The schema of `strangler.yaml`. */
export const configSchema = z
  .strictObject({
    facade: facade.prefault({}),
    worker: worker.prefault({}),
    store: store.prefault({ kind: 'memory' }),
    upstreams: z.record(z.string(), upstreamSchema),
    legacy: z.string(),
    routes: z.array(routeSchema).default([]),
    data: z.record(z.string(), dataGroupSchema).default({}),
    schema: z.record(z.string(), serviceSchemaSchema).default({}),
    redis: z.strictObject({ url: urlOf('redis', 'rediss') }).optional(),
  })
  .check(({ value, issues }) => {
    for (const problem of crossReferences(value)) {
      issues.push({ code: 'custom', path: problem.path, message: problem.message, input: problem.found });
    }
  });

/** The config as validated: defaults filled in, times in milliseconds, shares as fractions. */
export type StranglerConfig = z.output<typeof configSchema>;

interface CrossProblem {
  path: (string | number)[];
  message: string;
  found: unknown;
}

type Unchecked = Pick<StranglerConfig, 'upstreams' | 'legacy' | 'routes' | 'data'>;

function crossReferences(config: Unchecked): CrossProblem[] {
  return [
    ...unknownLegacy(config),
    ...duplicateIds(config),
    ...unknownServices(config),
    ...unknownGroups(config),
  ];
}

function unknownLegacy({ legacy, upstreams }: Unchecked): CrossProblem[] {
  if (legacy in upstreams) return [];
  return [
    { path: ['legacy'], found: legacy, message: unknownName(legacy, 'upstream', Object.keys(upstreams)) },
  ];
}

function duplicateIds({ routes }: Unchecked): CrossProblem[] {
  return routes.flatMap(({ id }, index) => {
    const first = routes.findIndex((route) => route.id === id);
    if (first === index) return [];
    const message = `found route id ${show(id)} a second time (first at routes[${first}]), expected each id once: rename one`;
    return [{ path: ['routes', index, 'id'], found: id, message }];
  });
}

function unknownServices({ routes, upstreams }: Unchecked): CrossProblem[] {
  return routes.flatMap(({ service }, index) =>
    service in upstreams
      ? []
      : [
          {
            path: ['routes', index, 'service'],
            found: service,
            message: unknownName(service, 'upstream', Object.keys(upstreams)),
          },
        ],
  );
}

function unknownGroups({ routes, data }: Unchecked): CrossProblem[] {
  return routes.flatMap(({ gate }, index) =>
    gate.data === undefined || gate.data in data
      ? []
      : [
          {
            path: ['routes', index, 'gate', 'data'],
            found: gate.data,
            message: unknownName(gate.data, 'data group', Object.keys(data)),
          },
        ],
  );
}

function unknownName(found: string, what: 'upstream' | 'data group', known: string[]): string {
  const list = known.length > 0 ? known.join(', ') : 'none is defined';
  return `found ${show(found)}, expected the name of ${what === 'upstream' ? 'an' : 'a'} ${what} (${list})`;
}
