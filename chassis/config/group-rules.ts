/** Pure. What routes of one group must agree in, so that one key stands on one side of all of them. */
import { show } from './schema/quantities.ts';

const SHARED = { stage: undefined, percent: 0, key: ['ip'], steps: [10] };

/** A place where a group is divided. */
interface Division {
  path: (string | number)[];
  message: string;
}

/** Every route that differs from the first of its group, in the order of the file. */
export function dividedGroups({ routes }: { routes: readonly Record<string, unknown>[] }): Division[] {
  return routes.flatMap((route, index) => {
    const first = routes.findIndex(({ group }) => group !== undefined && group === route.group);
    if (first < 0 || first === index) return [];
    return Object.entries(SHARED).flatMap(([key, otherwise]): Division[] => {
      const found = route[key] ?? otherwise;
      const expected = routes[first]![key] ?? otherwise;
      if (JSON.stringify(found) === JSON.stringify(expected)) return [];
      const message = `found ${key} ${show(found)}, expected ${show(expected)} as routes[${first}] of the same group ${show(route.group)} has`;
      return [{ path: ['routes', index, ...(key in route ? [key] : [])], message }];
    });
  });
}
