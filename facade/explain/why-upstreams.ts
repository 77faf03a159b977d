/** Pure. Whom a request is asked of, in sentences. */
import type { Ineligible } from '../shadow/eligibility.ts';
import type { Explanation, RewriteExplanation, StepExplanation } from './explanation.ts';

type Explained = Omit<Explanation, 'why'>;
type Asked = Pick<StepExplanation, 'upstream' | 'instances' | 'breaker'>;

/** Of an answer put together. */
export function whyAggregate({ aggregate, refused, access }: Explained): string[] {
  if (aggregate === undefined || refused !== undefined || access?.cors?.preflight) return [];
  const { deadline, parts } = aggregate;
  return [
    `The facade puts the answer together within ${deadline} ms.`,
    ...parts.map(
      ({ name, upstream, path, required, timeout, waitsFor }) =>
        `Part ${name} (${required ? 'required' : 'optional'}): ${path} of ${upstream}, within ${timeout} ms${waitsFor.length > 0 ? `, after ${waitsFor.join(' and ')}` : ''}.`,
    ),
    ...new Set(parts.flatMap(troubles)),
  ];
}

/** Of the upstreams of a plan. */
export function whyUpstreams({
  route,
  plan,
  assignment,
  comparison,
  upgrade,
  total,
  repeatable,
}: Explained): string[] {
  if (assignment === undefined) return [];
  const [first] = plan;
  const gone =
    assignment.answers === 'service' && first!.side === 'legacy'
      ? [`The service ${route!.service} is not among the upstreams.`]
      : [];
  return [
    ...gone,
    upgrade
      ? `${first!.upstream} gets the WebSocket, and keeps it for as long as it is open.`
      : `${first!.upstream} answers${behind(plan, repeatable)}.`,
    ...plan.flatMap(limits),
    ...(route?.deadline === undefined || upgrade
      ? []
      : [`All of it together has ${route.deadline} ms until an answer begins.`]),
    ...(total === undefined ? [] : [`The whole exchange is over after ${total} ms.`]),
    ...plan.flatMap(rewriting),
    ...compared(comparison),
    ...plan.flatMap(troubles),
  ];
}

function behind([, second]: readonly StepExplanation[], repeatable: boolean): string {
  if (second === undefined) return '';
  return repeatable
    ? `; where it fails, ${second.upstream} answers`
    : `; ${second.upstream} does not stand behind it, for this request is sent once only`;
}

function limits({ upstream, timeout, retries }: StepExplanation): string[] {
  const time = timeout === undefined ? [] : [`has ${timeout} ms until its answer begins`];
  const again =
    retries === 0 ? [] : [`is asked ${retries + 1} times at most, at other instances within its budget`];
  const said = [...time, ...again].join(', and ');
  return said === '' ? [] : [`${upstream} ${said}.`];
}

function rewriting({ upstream, rewrite }: StepExplanation): string[] {
  if (rewrite === undefined) return [];
  const changes = changesOf(rewrite);
  return changes.length === 0 ? [] : [`For ${upstream} ${changes.join('; ')}.`];
}

function changesOf({ host, target, location, cookies }: RewriteExplanation): string[] {
  return [
    ...(host === undefined ? [] : [`the Host is ${host}`]),
    ...(target === undefined ? [] : [`the path is ${target}`]),
    ...(location ? ["Location is told in the clients' names"] : []),
    ...cookies.map(({ from, to }) => `cookies for ${from} become ${to === '' ? "the client's host's" : to}`),
  ];
}

function troubles({ upstream, instances, breaker }: Asked): string[] {
  return [
    ...(instances.length === 0 ? [`No instance of ${upstream} is known.`] : []),
    ...(breaker === 'open' ? [`The breaker of ${upstream} is open.`] : []),
  ];
}

const NOT_COMPARED: Partial<Record<NonNullable<Ineligible>, string>> = {
  unsafe: 'only GET and HEAD without a body are',
  conditional: 'it is conditional, or asks for a range',
  'sampled-out': 'the sample of the route is 0',
};

function compared(comparison: Explanation['comparison']): string[] {
  if (comparison === undefined) return [];
  const { sample, skipped } = comparison;
  if (skipped !== undefined) return [`Nothing is compared: ${NOT_COMPARED[skipped] ?? skipped}.`];
  const share = sample < 1 ? `, for ${Math.round(sample * 10_000) / 100} % of such requests` : '';
  return [`The service is asked the same afterwards, and its answer is compared${share}.`];
}
