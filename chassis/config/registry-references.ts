/** Pure. The rule between those that name a registry and `discovery:`, which says where it is. */
import type { CrossProblem } from './cross-problem.ts';
import { show } from './schema/quantities.ts';

/** What of the written config it looks at. */
interface Named {
  upstreamEntries: [string, Record<string, unknown>][];
  sidecar: Record<string, unknown>;
  /** The keys of `discovery:`. */
  registries: string[];
}

/** Leases need no section of their own: they are in the Redis of `redis.url` or of the store. */
export function unknownRegistries({ upstreamEntries, sidecar, registries }: Named): CrossProblem[] {
  const named: [string[], unknown][] = [
    ...upstreamEntries.map(([name, { registry }]): [string[], unknown] => [['upstreams', name], registry]),
    [['sidecar'], sidecar.registry],
  ];
  return named.flatMap(([place, registry]) => {
    if (registry !== 'consul' && registry !== 'eureka') return [];
    if (registries.includes(registry)) return [];
    const expected = `discovery.${registry}.url to say where it is`;
    return [
      {
        path: [...place, 'registry'],
        message: `found registry ${show(registry)} without discovery.${registry}, expected ${expected}`,
      },
    ];
  });
}
