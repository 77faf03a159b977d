/**
 * Pure. The rules that hold across the sections of a config. They are checked on the file as written, so
 * that they are reported together with whatever else is wrong with it.
 */
import { aggregateProblems } from './aggregate-references.ts';
import { authProblems } from './auth-references.ts';
import type { CrossProblem } from './cross-problem.ts';
import { dividedGroups } from './group-rules.ts';
import { ownAddresses } from './own-addresses.ts';
import { unknownRegistries } from './registry-references.ts';
import { climbingPaths } from './rewrite-references.ts';
import { duration, show } from './schema/quantities.ts';
import { UPSTREAM_DEFAULTS } from './schema/upstreams.ts';

interface Written {
  legacy: unknown;
  upstreams: string[];
  registries: string[];
  upstreamEntries: [string, Record<string, unknown>][];
  groups: string[];
  secrets: Record<string, unknown>;
  routes: Record<string, unknown>[];
  facade: Record<string, unknown>;
  sidecar: Record<string, unknown>;
}

/** Every broken rule in the parsed, not yet validated document. */
export function crossReferenceProblems(document: unknown): CrossProblem[] {
  const written = read(document);
  const rules = [
    unknownLegacy,
    unknownRegistries,
    unsafeBreakers,
    duplicateIds,
    unknownServices,
    unknownGroups,
    unsignedCookies,
    dividedGroups,
    climbingPaths,
    ownAddresses,
  ];
  return [
    ...rules.flatMap((rule) => rule(written)),
    ...authProblems(document),
    ...aggregateProblems(document),
  ];
}

function read(document: unknown): Written {
  const root = recordOf(document);
  return {
    legacy: root.legacy,
    upstreams: Object.keys(recordOf(root.upstreams)),
    registries: Object.keys(recordOf(root.discovery)),
    upstreamEntries: Object.entries(recordOf(root.upstreams)).map(([name, entry]) => [name, recordOf(entry)]),
    groups: Object.keys(recordOf(root.data)),
    secrets: recordOf(recordOf(root.facade).secrets),
    routes: Array.isArray(root.routes) ? root.routes.map(recordOf) : [],
    facade: recordOf(root.facade),
    sidecar: recordOf(root.sidecar),
  };
}

function unknownLegacy({ legacy, upstreams }: Written): CrossProblem[] {
  if (typeof legacy !== 'string' || upstreams.includes(legacy)) return [];
  return [{ path: ['legacy'], message: unknownName(legacy, 'an upstream', upstreams) }];
}

/** What the breaker's factory refuses, told with its place; legacy has no breaker before it. */
function unsafeBreakers({ upstreamEntries, legacy }: Written): CrossProblem[] {
  return upstreamEntries.flatMap(([name, entry]) => {
    if (name === legacy) return [];
    const breaker = recordOf(entry.breaker);
    const timeout = millisecondsOf(entry.timeout, UPSTREAM_DEFAULTS.timeout);
    const window = millisecondsOf(breaker.window, UPSTREAM_DEFAULTS.breaker.window);
    const reset = millisecondsOf(breaker.reset, UPSTREAM_DEFAULTS.breaker.reset);
    const path = ['upstreams', name];
    const found = `found breaker.reset of ${reset} ms`;
    if (timeout >= reset)
      return [
        { path, message: `${found} and timeout of ${timeout} ms, expected a reset longer than the timeout` },
      ];
    if (window > reset)
      return [
        {
          path,
          message: `${found} and breaker.window of ${window} ms, expected a reset at least as long as the window`,
        },
      ];
    return [];
  });
}

/** A duration as written; NaN, which no rule finds fault with, where it is malformed. */
function millisecondsOf(written: unknown, otherwise: number): number {
  return written === undefined ? otherwise : (duration.safeParse(written).data ?? Number.NaN);
}

function duplicateIds({ routes }: Written): CrossProblem[] {
  return routes.flatMap(({ id }, index) => {
    const first = routes.findIndex((route) => route.id === id);
    if (id === undefined || first === index) return [];
    const message = `found the id ${show(id)} a second time (first in routes[${first}]), expected each id once: rename one`;
    return [{ path: ['routes', index, 'id'], message }];
  });
}

function unknownServices({ routes, upstreams }: Written): CrossProblem[] {
  return routes.flatMap(({ service }, index) => {
    if (typeof service !== 'string' || upstreams.includes(service)) return [];
    return [{ path: ['routes', index, 'service'], message: unknownName(service, 'an upstream', upstreams) }];
  });
}

function unknownGroups({ routes, groups }: Written): CrossProblem[] {
  return routes.flatMap((route, index) => {
    const { data } = recordOf(route.gate);
    if (typeof data !== 'string' || groups.includes(data)) return [];
    return [{ path: ['routes', index, 'gate', 'data'], message: unknownName(data, 'a data group', groups) }];
  });
}

function unsignedCookies({ routes, secrets }: Written): CrossProblem[] {
  if (secrets.cookies !== undefined) return [];
  return routes.flatMap(({ key }, index) => {
    const signed = Array.isArray(key) ? key.findIndex((one) => String(one).startsWith('signed-cookie ')) : -1;
    if (signed < 0) return [];
    const message = `found ${show((key as unknown[])[signed])} without facade.secrets.cookies, expected the secrets that sign it`;
    return [{ path: ['routes', index, 'key', signed], message }];
  });
}

function unknownName(found: string, what: string, known: string[]): string {
  const list = known.length > 0 ? known.join(', ') : 'none is defined';
  return `found ${show(found)}, expected the name of ${what} (${list})`;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
