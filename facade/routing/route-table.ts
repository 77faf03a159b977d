/**
 * Pure. The compiled route table: a map of literal paths in front of a trie of segments. At each segment a
 * literal wins over a parameter, and a parameter over a tail; a branch that has no route for the method is
 * left for the next one. Stage and percent play no part in matching.
 */
import { facadeErrors } from '../errors.ts';
import { type PatternSegment, parsePathPattern } from './path-pattern.ts';

/** What a table needs to know of a route. */
export interface Routed {
  config: { id: string; match: { methods: readonly string[]; path: string } };
}

/** An immutable table of routes. */
export interface RouteTable<Route extends Routed> {
  /** The route of a method and canonical path; undefined means legacy. */
  match(method: string, path: string): Route | undefined;
}

type ByMethod<Route> = Map<string, Route>;

interface Node<Route> {
  literals: Map<string, Node<Route>>;
  parameter?: Node<Route>;
  tail?: ByMethod<Route>;
  end?: ByMethod<Route>;
}

/** Compiles routes. Raises ROUTE_PATTERN_INVALID, or ROUTE_OVERLAP when two match the same requests. */
export function createRouteTable<Route extends Routed>(routes: readonly Route[]): RouteTable<Route> {
  const root: Node<Route> = { literals: new Map() };
  const exact = new Map<string, ByMethod<Route>>();
  for (const route of routes) {
    const { id, match } = route.config;
    const segments = parsePathPattern(match.path, id);
    const methods = place(root, segments);
    for (const method of match.methods) add(methods, method, route);
    if (segments.every(({ kind }) => kind === 'literal')) exact.set(match.path, methods);
  }
  return {
    match: (method, path) => exact.get(path)?.get(method) ?? walk(root, path, 1, method),
  };
}

function place<Route>(root: Node<Route>, segments: PatternSegment[]): ByMethod<Route> {
  let node = root;
  for (const segment of segments) {
    switch (segment.kind) {
      case 'tail':
        node.tail ??= new Map();
        return node.tail;
      case 'parameter':
        node.parameter ??= { literals: new Map() };
        node = node.parameter;
        break;
      case 'literal': {
        const next = node.literals.get(segment.text) ?? { literals: new Map() };
        node.literals.set(segment.text, next);
        node = next;
      }
    }
  }
  node.end ??= new Map();
  return node.end;
}

function add<Route extends Routed>(methods: ByMethod<Route>, method: string, route: Route): void {
  const other = methods.get(method);
  if (other !== undefined) {
    const { id, match } = route.config;
    throw facadeErrors.error('ROUTE_OVERLAP', {
      route: id,
      other: other.config.id,
      method,
      path: match.path,
    });
  }
  methods.set(method, route);
}

/** `from` is the index of the first character of the segment to match. */
function walk<Route>(node: Node<Route>, path: string, from: number, method: string): Route | undefined {
  if (from > path.length) return node.end?.get(method) ?? node.tail?.get(method);
  const slash = path.indexOf('/', from);
  const to = slash < 0 ? path.length : slash;
  const segment = path.slice(from, to);
  const literal = node.literals.get(segment);
  const found = literal && walk(literal, path, to + 1, method);
  if (found !== undefined) return found;
  if (segment !== '' && node.parameter !== undefined) {
    const byParameter = walk(node.parameter, path, to + 1, method);
    if (byParameter !== undefined) return byParameter;
  }
  return node.tail?.get(method);
}
