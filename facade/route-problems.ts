/** Pure. What is wrong with routes that the config's schema cannot see: patterns, and routes that cannot be told apart. */
import type { RouteConfig } from '../chassis/config/schema/routes.ts';
import { KitError } from '../chassis/errors.ts';
import { createRouteTable } from './routing/route-table.ts';

/** Messages by the ids of the routes at fault; of two that overlap the later one is. */
export function routeProblems(routes: readonly RouteConfig[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const note = (tried: readonly RouteConfig[]): boolean => {
    const error = refusal(tried);
    if (error !== undefined) found.set(String(error.params.route), error.message);
    return error !== undefined;
  };
  if (refusal(routes) === undefined) return found;
  let left = routes.filter((route) => !note([route]));
  while (note(left)) left = left.filter(({ id }) => !found.has(id));
  return found;
}

function refusal(routes: readonly RouteConfig[]): KitError | undefined {
  try {
    createRouteTable(routes.map((config) => ({ config })));
    return undefined;
  } catch (error) {
    if (error instanceof KitError) return error;
    throw error;
  }
}
