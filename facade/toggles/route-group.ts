/** Pure. The routes that stand alone, and those that move with their group. */
import { facadeErrors } from '../errors.ts';
import type { ActiveRoute } from '../snapshot.ts';
import { samePosition } from './toggle-store.ts';

/** The routes of a group. Raises GROUP_UNKNOWN. */
export function membersOf(routes: readonly ActiveRoute[], group: string): ActiveRoute[] {
  const members = routes.filter(({ config }) => config.group === group);
  if (members.length > 0) return members;
  const known = [...new Set(routes.flatMap(({ config }) => config.group ?? []))].join(', ') || 'none';
  throw facadeErrors.error('GROUP_UNKNOWN', { found: group, known });
}

/** A route that may move by itself. Raises ROUTE_UNKNOWN, ROUTE_IN_GROUP. */
export function aloneOf(routes: readonly ActiveRoute[], id: string): ActiveRoute {
  const route = routes.find(({ config }) => config.id === id);
  if (route === undefined) {
    const known = routes.map(({ config }) => config.id).join(', ');
    throw facadeErrors.error('ROUTE_UNKNOWN', { found: id, known });
  }
  const { group } = route.config;
  if (group !== undefined) throw facadeErrors.error('ROUTE_IN_GROUP', { route: id, group });
  return route;
}

/** Raises GROUP_DIVIDED when routes do not stand at one place. */
export function refuseDivided([first, ...others]: readonly ActiveRoute[]): void {
  const other = others.find(({ effective }) => !samePosition(effective, first!.effective));
  if (other === undefined) return;
  throw facadeErrors.error('GROUP_DIVIDED', {
    group: first!.config.group,
    one: `${first!.config.id} on ${first!.effective.stage}`,
    other: `${other.config.id} on ${other.effective.stage}`,
  });
}
