/** Pure. The routes that came near to a request without being the one that names it, each with the reason. */
import {
  compileConditions,
  firstUnmet,
  hostOf,
  isHost,
  type ReceivedHead,
  type ValueCondition,
} from '../routing/conditions.ts';
import { capitalEscapes } from '../routing/escapes.ts';
import { fits, type PatternSegment, parsePathPattern, rankOf, segmentText } from '../routing/path-pattern.ts';
import type { Routed } from '../routing/route-table.ts';

/** The request as it is matched. */
export interface MatchedRequest {
  method: string;
  path: string;
  query: string;
  head: ReceivedHead;
}

/** A route that is not the one. */
export interface Loser {
  route: string;
  reason: string;
}

interface Near extends Loser {
  /** The higher, the nearer it came. */
  near: number;
}

const SHOWN = 3;
/** More than any path has segments. */
const PATH_FITS = 10_000;

/** The nearest ones first; routes whose first segment does not fit are not near. */
export function losers(
  routes: readonly Routed[],
  winner: Routed | undefined,
  request: MatchedRequest,
): Loser[] {
  return routes
    .filter((route) => route !== winner)
    .map((route) => nearness(route, winner, request))
    .filter(({ near }) => near > 0)
    .sort((a, b) => b.near - a.near)
    .slice(0, SHOWN)
    .map(({ route, reason }) => ({ route, reason }));
}

function nearness({ config }: Routed, winner: Routed | undefined, request: MatchedRequest): Near {
  const { id: route, match } = config;
  const misfit = misfitOf(segmentsOf(config), segmentsIn(request.path));
  if (misfit !== undefined) return { route, ...misfit };
  const conditions = compileConditions(match);
  if (!match.methods.includes(request.method))
    return { route, near: PATH_FITS, reason: `it names ${match.methods.join(', ')}, not ${request.method}` };
  if (conditions.host !== undefined && !isHost(conditions.host, hostOf(request.head)))
    return { route, near: PATH_FITS + 1, reason: `it asks for host ${conditions.host}` };
  const unmet = firstUnmet(conditions.values, request.query, request.head);
  if (unmet !== undefined)
    return { route, near: PATH_FITS + 2, reason: `it asks for ${conditionText(unmet)}` };
  return {
    route,
    near: PATH_FITS + 3,
    reason: winner === undefined ? 'it matches' : lost(config, winner.config),
  };
}

function segmentsOf({ id, match }: Routed['config']): PatternSegment[] {
  return parsePathPattern(match.path, id);
}

function segmentsIn(path: string): string[] {
  return capitalEscapes(path).slice(1).split('/');
}

function misfitOf(
  pattern: readonly PatternSegment[],
  path: readonly string[],
): { near: number; reason: string } | undefined {
  for (const [index, segment] of pattern.entries()) {
    if (segment.kind === 'tail') return undefined;
    const found = path[index];
    if (found === undefined) return { near: index, reason: `its path goes on with ${segmentText(segment)}` };
    if (!fits(segment, found))
      return {
        near: index,
        reason: `its segment ${index + 1} is ${segmentText(segment)}, not ${found || 'empty'}`,
      };
  }
  if (path.length === pattern.length) return undefined;
  return { near: pattern.length, reason: `its path ends before /${path.slice(pattern.length).join('/')}` };
}

/** Why one of two routes that both match is not the one. */
function lost(route: Routed['config'], winner: Routed['config']): string {
  const own = segmentsOf(route);
  const better = segmentsOf(winner).findIndex((segment, index) => {
    const other = own[index];
    return other === undefined || rankOf(segment) < rankOf(other);
  });
  if (better >= 0 || own.length > segmentsOf(winner).length) {
    const theirs = segmentsOf(winner)[better];
    const at = theirs === undefined ? 'the path of' : `segment ${better + 1}, ${segmentText(theirs)}, of`;
    return `it matches, but ${at} ${winner.id} is more exact`;
  }
  const [mine, its] = [compileConditions(route.match), compileConditions(winner.match)];
  if (mine.host !== its.host) return `it matches, but the host of ${winner.id} is more exact`;
  if (mine.values.length < its.values.length) return `it matches, but ${winner.id} has more conditions`;
  return `it matches, but ${winner.id} stands before it in the file`;
}

function conditionText({ in: place, name, rule }: ValueCondition): string {
  switch (rule.kind) {
    case 'one-of':
      return `${place} ${name}: ${rule.values.join(' or ')}`;
    case 'present':
      return `${place} ${name}`;
    case 'absent':
      return `no ${place} ${name}`;
  }
}
