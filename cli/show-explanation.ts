/** Pure. An explanation as lines of text. */
import type { Explanation } from '../facade/explain/explanation.ts';

/** What would become of the request, why, and which routes came near. */
export function explanationLines({ request, target, route, plan, why, losers }: Explanation): string {
  const { method, url, host, client } = request;
  const forwarded =
    target === undefined || target.path + target.query === url
      ? []
      : [`forwarded as ${target.path}${target.query}`];
  const first = plan[0];
  const answers = first === undefined ? [] : [`answered by ${first.upstream}${instancesOf(first.instances)}`];
  return [
    `${method} ${url} at ${host || 'no host'}, from ${client}`,
    ...[`route ${route?.id ?? '(none)'}`, ...answers, ...forwarded].map((line) => `  ${line}`),
    'why',
    ...why.map((sentence) => `  ${sentence}`),
    ...(losers.length > 0 ? ['other routes'] : []),
    ...losers.map((loser) => `  ${loser.route}: ${loser.reason}`),
  ].join('\n');
}

function instancesOf(instances: readonly string[]): string {
  return instances.length === 0 ? '' : ` (${instances.join(', ')})`;
}
