/** Pure. The routes of one method and one path pattern, told apart by their conditions. */
import {
  type Conditions,
  compareConditions,
  firstUnmet,
  hostOf,
  isHost,
  isWildcard,
  type ReceivedHead,
} from './conditions.ts';

/** A route at its leaf. */
export interface Candidate<Route> {
  route: Route;
  conditions: Conditions;
  /** Its place in the file; decides last. */
  order: number;
}

/** Candidates in the order in which they are tried; those with an exact host are found by it. */
export interface Leaf<Route> {
  byHost: Map<string, Candidate<Route>[]> | undefined;
  others: Candidate<Route>[];
}

/** Adds a candidate; returns the one that it cannot be told from, when there is one. */
export function addCandidate<Route>(
  leaf: Leaf<Route>,
  candidate: Candidate<Route>,
): Candidate<Route> | undefined {
  const list = listFor(leaf, candidate.conditions);
  const same = list.find(({ conditions }) => conditions.fingerprint === candidate.conditions.fingerprint);
  if (same !== undefined) return same;
  list.push(candidate);
  list.sort(compareCandidates);
  return undefined;
}

/** Which of two candidates of one leaf is tried first. */
export function compareCandidates(a: Candidate<unknown>, b: Candidate<unknown>): number {
  return compareConditions(a.conditions, b.conditions) || a.order - b.order;
}

function listFor<Route>(leaf: Leaf<Route>, { host }: Conditions): Candidate<Route>[] {
  if (host === undefined || isWildcard(host)) return leaf.others;
  leaf.byHost ??= new Map();
  const list = leaf.byHost.get(host) ?? [];
  leaf.byHost.set(host, list);
  return list;
}

/** The first route whose conditions all hold. Of a leaf without conditions the request's head is not read. */
export function pick<Route>(
  { byHost, others }: Leaf<Route>,
  query: string,
  head: ReceivedHead,
): Route | undefined {
  const own = byHost?.get(hostOf(head));
  const found = own && firstOf(own, query, head);
  return found ?? firstOf(others, query, head);
}

function firstOf<Route>(
  candidates: readonly Candidate<Route>[],
  query: string,
  head: ReceivedHead,
): Route | undefined {
  for (const { route, conditions } of candidates) {
    const { host, values } = conditions;
    if (host !== undefined && !isHost(host, hostOf(head))) continue;
    if (values.length === 0 || firstUnmet(values, query, head) === undefined) return route;
  }
  return undefined;
}
