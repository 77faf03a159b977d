/** Pure. What routes of one group must agree in, so that one key stands on one side of all of them. */
import type { CrossProblem } from './cross-problem.ts';
import { show } from './schema/quantities.ts';

const SHARED = { stage: undefined, percent: 0, key: ['ip'], steps: [10] };

/** Every route that differs from the first of its group, in the order of the file. */
export function dividedGroups({ routes }: { routes: readonly Record<string, unknown>[] }): CrossProblem[] {
  return routes.flatMap((route, index) => {
    const first = routes.findIndex(({ group }) => group !== undefined && group === route.group);
    if (first < 0 || first === index) return [];
    return Object.entries(SHARED).flatMap(([key, otherwise]): CrossProblem[] => {
      const found = route[key] ?? otherwise;
      const expected = routes[first]![key] ?? otherwise;
      if (JSON.stringify(found) === JSON.stringify(expected)) return [];
      const message = `found ${key} ${show(found)}, expected ${show(expected)} as ${nameOf(routes, first)} of the same group ${show(route.group)} has`;
      return [{ path: ['routes', index, ...(key in route ? [key] : [])], message, between: true }];
    });
  });
}

function nameOf(routes: readonly Record<string, unknown>[], index: number): string {
  const { id } = routes[index]!;
  return typeof id === 'string' ? id : `routes[${index}]`;
}
