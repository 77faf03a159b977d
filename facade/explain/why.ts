/** Pure. An explanation in sentences. */
import type { Explanation } from './explanation.ts';
import { whyAccess, whyAmbiguous } from './why-access.ts';
import { whyAggregate, whyUpstreams } from './why-upstreams.ts';

/** What is explained, before it is put in words. */
export type Explained = Omit<Explanation, 'why'>;

const SET_BY = {
  toggle: 'by a toggle',
  file: 'by the config file',
  unknown: 'since the toggles could not be read yet',
} as const;

/** From the request to the upstreams, in the order in which it is decided. */
export function why(explained: Explained): string[] {
  const { refused, target } = explained;
  const atHead = refused?.by === 'admission' && target === undefined;
  return [
    ...whyAmbiguous(explained),
    ...(atHead ? [] : matched(explained)),
    ...(refused?.by === 'admission' || refused?.by === 'origin'
      ? [`It is not let in: ${refused.status} ${refused.code}. ${refused.message}`]
      : []),
    ...whyAccess(explained),
    ...assigned(explained),
    ...whyAggregate(explained),
    ...whyUpstreams(explained),
  ];
}

/** A pattern that is broken cannot be held against the request, so each is told. */
function leftOut({ leftOut = [] }: Explained): string[] {
  return leftOut.map(({ route, reason }) => `Route ${route} is quarantined and left out: ${reason}.`);
}

function matched(explained: Explained): string[] {
  return [...named(explained), ...leftOut(explained)];
}

function named({ route, aggregate, upgrade }: Explained): string[] {
  const websocket = upgrade ? ['It asks for a WebSocket.'] : [];
  if (aggregate !== undefined) return [`Aggregate ${aggregate.id} (${aggregate.path}) names it.`];
  if (route === undefined) return [...websocket, 'No route names it, so it goes to legacy.'];
  const { id, path, group, stage, percent, source, quarantined } = route;
  const where = stage === 'canary' ? `canary at ${percent} %` : stage;
  return [
    ...websocket,
    `Route ${id} (${path})${group === undefined ? '' : ` of group ${group}`} names it.`,
    `The route is ${where}, ${SET_BY[source]}.`,
    ...(quarantined === undefined
      ? []
      : [`It is quarantined, and its last good form counts: ${quarantined}.`]),
  ];
}

function assigned({ route, key, override, token, assignment }: Explained): string[] {
  if (assignment === undefined) return tokenText(override, token);
  if (assignment.overridden)
    return [
      `A token (${token?.from}) chose the ${assignment.answers === 'service' ? 'service' : 'monolith'}; nothing stands behind it.`,
    ];
  return [
    ...tokenText(override, token),
    ...(route?.stage === 'canary' ? [inCanary(route.percent, key)] : elsewhere(key)),
  ];
}

function tokenText(override: Explained['override'], token: Explained['token']): string[] {
  if (token === undefined) return [];
  const { from, unused } = token;
  if (unused !== undefined) return [`Its token (${from}) does not count: ${unused}.`];
  return [
    override === 'expired'
      ? `Its token (${from}) has expired, so it does not count.`
      : `Its token (${from}) is not signed by any of facade.secrets.overrides, so it does not count.`,
  ];
}

function inCanary(percent: number, key: Explanation['key']): string {
  if (key === undefined) return 'It has none of the keys that the route asks for, so it stays with legacy.';
  const below = key.bucket < percent * 100;
  return `Its key is ${key.source} ${key.value}, in bucket ${key.bucket} of 10,000: ${below ? 'below' : 'not below'} ${percent} %.`;
}

function elsewhere(key: Explanation['key']): string[] {
  if (key === undefined) return [];
  return [
    `Its key is ${key.source} ${key.value}, in bucket ${key.bucket} of 10,000, which counts in canary only.`,
  ];
}
