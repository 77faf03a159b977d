/** Pure. The routes that stand alone, and those that move with their group. */
import { facadeErrors } from '../errors.ts';
import { goesFurther, type Position } from '../routing/stage.ts';
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

/**
 * The routes of a group that go back with one when it is taken back: those that stand further than where it goes. From
 * retired none goes back, for legacy may be gone.
 */
export function followersOf(
  routes: readonly ActiveRoute[],
  { config: { id, group } }: ActiveRoute,
  to: Position,
): ActiveRoute[] {
  if (group === undefined) return [];
  return routes.filter(
    ({ config, effective }) =>
      config.group === group &&
      config.id !== id &&
      effective.stage !== 'retired' &&
      goesFurther(to, effective),
  );
}

/** The groups whose routes do not stand at one place, which edits of the file can bring about. */
export function dividedGroups(routes: readonly ActiveRoute[]): string[] {
  const groups = [...new Set(routes.flatMap(({ config }) => config.group ?? []))];
  return groups.filter((group) => otherPlace(membersOf(routes, group)) !== undefined);
}

/** Raises GROUP_DIVIDED when routes do not stand at one place. */
export function refuseDivided(members: readonly ActiveRoute[]): void {
  const [first] = members;
  const other = otherPlace(members);
  if (other === undefined) return;
  throw facadeErrors.error('GROUP_DIVIDED', {
    group: first!.config.group,
    one: `${first!.config.id} on ${first!.effective.stage}`,
    other: `${other.config.id} on ${other.effective.stage}`,
  });
}

function otherPlace([first, ...others]: readonly ActiveRoute[]): ActiveRoute | undefined {
  return others.find(({ effective }) => !samePosition(effective, first!.effective));
}
