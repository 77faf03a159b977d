/** Pure. Why a request is let in, or not, in sentences: its path, and what the gateway asks of it. */
import type { AccessExplanation, AmbiguityExplanation, Explanation } from './explanation.ts';

type Reading = AmbiguityExplanation['readings'][number];
type Auth = NonNullable<AccessExplanation['auth']>;

/** Of a path that servers could read differently. */
export function whyAmbiguous({ ambiguous, target }: Pick<Explanation, 'ambiguous' | 'target'>): string[] {
  if (ambiguous === undefined) return [];
  const { problem, readings, applied } = ambiguous;
  const found = `Servers could read its path differently (${problem}).`;
  const counted = readings.find(({ form }) => form === applied);
  if (counted !== undefined) {
    const how = applied === 'pass' ? 'as it came' : `as ${target?.path}`;
    return [found, `ambiguousTargets of ${owner(counted)} is ${applied}: it goes on ${how}.`];
  }
  if (readings.length === 0) return [found, 'No policy could make one path of it.'];
  return [found, ...new Set(readings.map(notForwarded))];
}

function notForwarded(reading: Reading): string {
  const { policy, form } = reading;
  if (policy === 'reject') return `ambiguousTargets of ${owner(reading)} is reject.`;
  const as = form === 'pass' ? 'as it came' : 'normalised';
  return `ambiguousTargets of ${owner(reading)}, which it names ${as}, is ${policy}: it is not forwarded so.`;
}

function owner({ route }: Reading): string {
  return route === undefined ? 'the facade' : `route ${route}`;
}

/** Of what the gateway asks. */
export function whyAccess({ access, refused }: Pick<Explanation, 'access' | 'refused'>): string[] {
  if (access === undefined) return [];
  const { auth, limits, cors } = access;
  const answered = refused?.by === 'gateway';
  return [
    ...(auth === undefined ? [] : [credential(auth)]),
    ...(cors === undefined ? [] : [corsText(cors)]),
    ...(answered ? [`The gateway refuses it: ${refused.status} ${refused.code}. ${refused.message}`] : []),
    ...limits.map(
      ({ name, requests, per, key }) =>
        `Limit ${name} counts it for ${key}: ${requests} in ${per / 1_000} s; how many there were is not looked at here.`,
    ),
  ];
}

function credential({ required, kinds, scopes, presented, subject, unverified, reason }: Auth): string {
  const asked = required
    ? `It needs a credential (${kinds.join(' or ')})${scopes.length > 0 ? ` with ${scopes.join(', ')}` : ''}`
    : 'It may show a credential, which must be valid then';
  switch (presented) {
    case 'none':
      return `${asked}, and has none.`;
    case 'given':
      return `${asked}; ${subject ?? 'the one described'} is taken for verified.`;
    case 'ambiguous':
      return `${asked}, and has several.`;
    case 'apiKey':
      return `${asked}; its API key is ${subject === undefined ? 'not known' : `that of ${subject}`}.`;
    case 'jwt':
      if (reason !== undefined) return `${asked}; its token is not valid (${reason}).`;
      if (unverified) return `${asked}; its token names ${subject}. Its signature is not checked here.`;
      return `${asked}; its token is that of ${subject}.`;
  }
}

function corsText({ preflight, page }: NonNullable<AccessExplanation['cors']>): string {
  if (preflight)
    return page === 'allowed'
      ? 'It is a preflight: the facade allows it, 204, and no upstream is asked.'
      : 'It is a preflight, for an origin, a method or a header that cors does not allow.';
  switch (page) {
    case 'none':
      return 'The facade sets the CORS headers; it has no Origin.';
    case 'allowed':
      return 'The facade sets the CORS headers: pages of its Origin may read the answer.';
    case 'refused':
      return 'The facade sets the CORS headers: pages of its Origin may not read the answer.';
  }
}
