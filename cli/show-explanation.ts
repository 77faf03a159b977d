/** Pure. An explanation as lines of text. */
import type { Explanation } from '../facade/explain/explanation.ts';

/** What would become of the request, why, and which routes came near. */
export function explanationLines(explanation: Explanation): string {
  const { request, target, route, aggregate, why, losers } = explanation;
  const { method, url, host, client } = request;
  const forwarded =
    target === undefined || target.path + target.query === url
      ? []
      : [`forwarded as ${target.path}${target.query}`];
  const named = aggregate === undefined ? `route ${route?.id ?? '(none)'}` : `aggregate ${aggregate.id}`;
  return [
    `${method} ${url} at ${host || 'no host'}, from ${client}`,
    ...[named, ...answered(explanation), ...forwarded].map((line) => `  ${line}`),
    'why',
    ...why.map((sentence) => `  ${sentence}`),
    ...(losers.length > 0 ? ['other routes'] : []),
    ...losers.map((loser) => `  ${loser.route}: ${loser.reason}`),
  ].join('\n');
}

function answered({ refused, access, aggregate, plan: [first] }: Explanation): string[] {
  if (refused !== undefined) return [`refused with ${refused.status} ${refused.code}`];
  if (access?.cors?.preflight) return ['answered with 204 by the facade'];
  if (aggregate !== undefined)
    return [`put together from ${aggregate.parts.map(({ upstream }) => upstream).join(', ')}`];
  return first === undefined ? [] : [`answered by ${first.upstream}${instancesOf(first.instances)}`];
}

function instancesOf(instances: readonly string[]): string {
  return instances.length === 0 ? '' : ` (${instances.join(', ')})`;
}
