/** Pure. An explanation in sentences. */
import type { Assignment } from '../routing/assignment.ts';
import type { Explanation } from './explanation.ts';

/** What is explained, before it is put in words. */
export type Explained = Omit<Explanation, 'why'>;

/** From the request to the upstreams, in the order in which it is decided. */
export function why(explained: Explained): string[] {
  const { refused } = explained;
  if (refused !== undefined) return [`It is not let in: ${refused.status} ${refused.code}.`];
  return [matched(explained), assigned(explained), asked(explained)].flat();
}

function matched({ route }: Explained): string[] {
  if (route === undefined) return ['No route names it, so it goes to legacy.'];
  const { id, path, group, stage, percent, source } = route;
  const where = stage === 'canary' ? `canary at ${percent} %` : stage;
  const setBy = source === 'toggle' ? 'by a toggle' : 'by the config file';
  return [
    `Route ${id} (${path})${group === undefined ? '' : ` of group ${group}`} names it.`,
    `The route is ${where}, ${setBy}.`,
  ];
}

function assigned({ route, key, override, assignment }: Explained): string[] {
  if (route === undefined || assignment === undefined) return [];
  if (assignment.overridden)
    return [`A token chose the ${assignment.answers === 'service' ? 'service' : 'monolith'}.`];
  const token = override === 'none' ? [] : [`Its token is ${override}, so it does not count.`];
  return [...token, ...(route.stage === 'canary' ? [inCanary(route.percent, key)] : [])];
}

function inCanary(percent: number, key: Explanation['key']): string {
  if (key === undefined) return 'It has none of the keys that the route asks for, so it stays with legacy.';
  const below = key.bucket < percent * 100;
  return `Its key is ${key.source} ${key.value}, in bucket ${key.bucket} of 10,000: ${below ? 'below' : 'not below'} ${percent} %.`;
}

function asked({ route, plan, assignment }: Explained): string[] {
  if (assignment === undefined) return [];
  const [first, second] = plan;
  const behind =
    second === undefined ? '' : `; where it fails, ${second.upstream} answers safe requests without a body`;
  const gone =
    assignment.answers === 'service' && first!.side === 'legacy'
      ? [`The service ${route!.service} is not among the upstreams.`]
      : [];
  return [
    ...gone,
    `${first!.upstream} answers${behind}.`,
    ...compared(assignment),
    ...plan
      .filter(({ instances }) => instances.length === 0)
      .map(({ upstream }) => `No instance of ${upstream} is known.`),
    ...plan
      .filter(({ breaker }) => breaker === 'open')
      .map(({ upstream }) => `The breaker of ${upstream} is open.`),
  ];
}

function compared(assignment: Assignment): string[] {
  if (assignment.answers !== 'legacy' || !assignment.candidate) return [];
  return [
    'The service is asked the same afterwards, and its answer is compared, where sample and method allow it.',
  ];
}
