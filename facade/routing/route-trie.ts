/**
 * Pure. The trie of path segments under a route table. At each segment a literal wins over a choice, a choice over a
 * type, a type over any parameter, and that over a tail; a branch without a route for the request is left for the next.
 * No node is visited twice for one request.
 */
import type { ReceivedHead } from './conditions.ts';
import { type Leaf, pick } from './leaf.ts';
import { isOfType, PARAMETER_TYPES, type ParameterType } from './parameter-type.ts';
import type { PatternSegment } from './path-pattern.ts';

/** The leaves of one pattern. */
export type ByMethod<Route> = Map<string, Leaf<Route>>;

/** What follows one segment. */
export interface Node<Route> {
  literals: Map<string, Node<Route>>;
  choices?: Map<string, Node<Route>>;
  /** From the narrowest type to the widest. */
  typed?: { type: ParameterType; node: Node<Route> }[];
  parameter?: Node<Route>;
  tail?: ByMethod<Route>;
  end?: ByMethod<Route>;
}

/** A request on its way down the trie. */
export interface Asked {
  method: string;
  path: string;
  query: string;
  head: ReceivedHead;
}

/** The leaves of a pattern; one for each combination of its choices. `index` is that of the segment to place. */
export function place<Route>(
  node: Node<Route>,
  segments: readonly PatternSegment[],
  index: number,
): ByMethod<Route>[] {
  const segment = segments[index];
  if (segment === undefined) {
    node.end ??= new Map();
    return [node.end];
  }
  if (segment.kind === 'tail') {
    node.tail ??= new Map();
    return [node.tail];
  }
  return children(node, segment).flatMap((child) => place(child, segments, index + 1));
}

function children<Route>(
  node: Node<Route>,
  segment: Exclude<PatternSegment, { kind: 'tail' }>,
): Node<Route>[] {
  switch (segment.kind) {
    case 'literal':
      return [childAt(node.literals, segment.text)];
    case 'choice':
      node.choices ??= new Map();
      return segment.values.map((value) => childAt(node.choices!, value));
    case 'typed':
      return [childOfType(node, segment.type)];
    case 'parameter':
      node.parameter ??= { literals: new Map() };
      return [node.parameter];
  }
}

function childAt<Route>(map: Map<string, Node<Route>>, text: string): Node<Route> {
  const child = map.get(text) ?? { literals: new Map() };
  map.set(text, child);
  return child;
}

function childOfType<Route>(node: Node<Route>, type: ParameterType): Node<Route> {
  node.typed ??= [];
  const known = node.typed.find((one) => one.type === type);
  if (known !== undefined) return known.node;
  const child: Node<Route> = { literals: new Map() };
  node.typed.push({ type, node: child });
  node.typed.sort((a, b) => PARAMETER_TYPES.indexOf(a.type) - PARAMETER_TYPES.indexOf(b.type));
  return child;
}

/** The route of a request. `from` is the index of the first character of the segment to match. */
export function walk<Route>(node: Node<Route>, from: number, asked: Asked): Route | undefined {
  const { path } = asked;
  if (from > path.length) return at(node.end, asked) ?? at(node.tail, asked);
  const slash = path.indexOf('/', from);
  const to = slash < 0 ? path.length : slash;
  const segment = path.slice(from, to);
  const literal = node.literals.get(segment);
  const found = literal && walk(literal, to + 1, asked);
  if (found !== undefined) return found;
  return walkParameters(node, segment, to + 1, asked) ?? at(node.tail, asked);
}

function walkParameters<Route>(
  { choices, typed, parameter }: Node<Route>,
  segment: string,
  next: number,
  asked: Asked,
): Route | undefined {
  const choice = choices?.get(segment);
  const chosen = choice && walk(choice, next, asked);
  if (chosen !== undefined) return chosen;
  if (typed !== undefined) {
    for (const { type, node } of typed) {
      const found = isOfType(type, segment) ? walk(node, next, asked) : undefined;
      if (found !== undefined) return found;
    }
  }
  return segment !== '' && parameter !== undefined ? walk(parameter, next, asked) : undefined;
}

function at<Route>(methods: ByMethod<Route> | undefined, asked: Asked): Route | undefined {
  const leaf = methods?.get(asked.method);
  return leaf && pick(leaf, asked.query, asked.head);
}
