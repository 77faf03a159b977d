/** Pure. The entries of `routes:` as an edit writes them, and the forms that stand in the place of broken ones. */
import { routeId } from './schema/routes.ts';

/** Plain values with a list of routes. */
export type WithRoutes = Record<string, unknown> & { routes: unknown[] };

/** The routes in force as their files wrote them, by id. */
export type StandingForms = ReadonlyMap<string, unknown>;

/** One route, as it is tried out. */
export interface RouteEntry {
  id: string;
  written: unknown;
  /** Its place in the file. */
  place: number;
  /** It is in force in this form. */
  stands: boolean;
}

/** Whether there is such a list. */
export function hasRoutes(values: unknown): values is WithRoutes {
  return typeof values === 'object' && values !== null && 'routes' in values && Array.isArray(values.routes);
}

/** The entries; undefined when one of them has no id by which to know it. */
export function entriesOf(routes: readonly unknown[], standing: StandingForms): RouteEntry[] | undefined {
  const entries = routes.map((written, place): RouteEntry | undefined => {
    const id = routeId.safeParse((written as { id?: unknown } | null)?.id).data;
    const stands = id !== undefined && JSON.stringify(written) === JSON.stringify(standing.get(id));
    return id === undefined ? undefined : { id, written, place, stands };
  });
  return entries.includes(undefined) ? undefined : (entries as RouteEntry[]);
}

/** Those that stand come first, so that of two that clash the new one is found wrong. */
export function standingFirst(
  listed: readonly RouteEntry[],
  broken: ReadonlyMap<string, string>,
  standing: StandingForms,
): RouteEntry[] {
  const entries = inFileOrder(listed, broken, standing);
  return [...entries.filter(({ stands }) => stands), ...entries.filter(({ stands }) => !stands)];
}

/** In the order of the file: broken ones in their last good form, or not at all. */
export function inFileOrder(
  listed: readonly RouteEntry[],
  broken: ReadonlyMap<string, string>,
  standing: StandingForms,
): RouteEntry[] {
  const seen = new Set<string>();
  return listed.flatMap((entry): RouteEntry[] => {
    if (!broken.has(entry.id)) return [entry];
    if (seen.has(entry.id) || !standing.has(entry.id)) return [];
    seen.add(entry.id);
    return [{ ...entry, written: standing.get(entry.id), stands: true }];
  });
}
