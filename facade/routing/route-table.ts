/**
 * Pure. The compiled route table: a map of literal paths in front of a trie of segments. Which of several routes
 * wins is told in docs/reference/routing.md; stage and percent play no part in it.
 */
import { facadeErrors } from '../errors.ts';
import { compileConditions, type ReceivedHead, type WrittenConditions } from './conditions.ts';
import { capitalEscapes } from './escapes.ts';
import { addCandidate, type Candidate, pick } from './leaf.ts';
import { type PatternSegment, parsePathPattern } from './path-pattern.ts';
import { type ByMethod, type Node, place, walk } from './route-trie.ts';

/** What a table needs to know of a route. */
export interface Routed {
  config: { id: string; match: { methods: readonly string[]; path: string } & WrittenConditions };
}

/** An immutable table of routes. */
export interface RouteTable<Route extends Routed> {
  /**
   * The route of a method and canonical path; undefined means legacy. Query and head are looked at only for routes
   * with conditions.
   */
  match(method: string, path: string, query?: string, head?: ReceivedHead): Route | undefined;
}

const NO_HEAD: ReceivedHead = { headers: {}, rawHeaders: [] };

/** Compiles routes. Raises ROUTE_PATTERN_INVALID, or ROUTE_OVERLAP when two match the same requests. */
export function createRouteTable<Route extends Routed>(routes: readonly Route[]): RouteTable<Route> {
  const root: Node<Route> = { literals: new Map() };
  const exact = new Map<string, ByMethod<Route>>();
  for (const [order, route] of routes.entries()) {
    const { id, match } = route.config;
    const segments = parsePathPattern(match.path, id);
    const candidate = { route, conditions: compileConditions(match), order };
    for (const methods of place(root, segments, 0)) {
      for (const method of new Set(match.methods)) add(methods, method, candidate);
      if (segments.every(({ kind }) => kind === 'literal')) exact.set(literalPath(segments), methods);
    }
  }
  return {
    match(method, path, query = '', head = NO_HEAD) {
      const canonical = capitalEscapes(path);
      const leaf = exact.get(canonical)?.get(method);
      const found = leaf && pick(leaf, query, head);
      return found ?? walk(root, 1, { method, path: canonical, query, head });
    },
  };
}

function literalPath(segments: readonly PatternSegment[]): string {
  return `/${segments.map((one) => (one.kind === 'literal' ? one.text : '')).join('/')}`;
}

function add<Route extends Routed>(
  methods: ByMethod<Route>,
  method: string,
  candidate: Candidate<Route>,
): void {
  const leaf = methods.get(method) ?? { byHost: undefined, others: [] };
  methods.set(method, leaf);
  const other = addCandidate(leaf, candidate);
  if (other === undefined) return;
  const { id, match } = candidate.route.config;
  throw facadeErrors.error('ROUTE_OVERLAP', {
    route: id,
    other: other.route.config.id,
    method,
    path: match.path,
  });
}
