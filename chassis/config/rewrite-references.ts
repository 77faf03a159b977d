/** Pure. Where the rewriting of paths must not be: before targets whose dots could climb out of the new prefix. */
import type { CrossProblem } from './cross-problem.ts';

interface Written {
  upstreamEntries: [string, Record<string, unknown>][];
  routes: Record<string, unknown>[];
  facade: Record<string, unknown>;
}

/** `ambiguousTargets: pass` beside any `rewrite.path`: such a path is forwarded as it came. */
export function climbingPaths({ upstreamEntries, routes, facade }: Written): CrossProblem[] {
  const [name] = upstreamEntries.find(([, { rewrite }]) => hasPath(rewrite)) ?? [];
  if (name === undefined) return [];
  const message = `found ambiguousTargets: pass beside upstreams.${name}.rewrite.path, expected reject or normalise: dots could lead out of the prefix`;
  const places: CrossProblem[] = routes.flatMap(({ ambiguousTargets }, index) =>
    ambiguousTargets === 'pass' ? [{ path: ['routes', index, 'ambiguousTargets'], message }] : [],
  );
  if (facade.ambiguousTargets === 'pass') places.push({ path: ['facade', 'ambiguousTargets'], message });
  return places;
}

function hasPath(rewrite: unknown): boolean {
  return typeof rewrite === 'object' && rewrite !== null && 'path' in rewrite;
}
