/** Sends recorded requests to legacy and service, and compares the answers under each route's own rules. */

import { systemClock } from '../chassis/clock.ts';
import type { LoadedConfig } from '../chassis/config/load.ts';
import type { RouteConfig } from '../chassis/config/schema/routes.ts';
import type { Resolver } from '../chassis/discovery/resolver.ts';
import { messageOf } from '../chassis/errors.ts';
import { readBody, type Transport } from '../chassis/http/transport.ts';
import { type CompareRules, compare, compileRules } from '../facade/comparison/compare.ts';
import type { Observed } from '../facade/comparison/observed.ts';
import type { Outcome, OutcomeKind, SkipReason } from '../facade/comparison/outcome.ts';
import { type Reading, recheck } from '../facade/comparison/recheck.ts';
import { examplesOf } from '../facade/comparison/redact.ts';
import type { DifferenceExample } from '../facade/evidence/evidence-store.ts';
import { parseRequestTarget } from '../facade/routing/request-target.ts';
import { decodedBody } from '../facade/shadow/decode-body.ts';
import { compileSnapshot } from '../facade/snapshot.ts';
import type { RecordedRequest } from './requests-file.ts';

/** What came of one request. */
export interface Replayed {
  request: string;
  /** Undefined when no route matches, or another than the one asked for. */
  route: string | undefined;
  outcome: OutcomeKind;
  /** Why it was not compared, or how the service failed. */
  reason?: SkipReason | string;
  differences: DifferenceExample[];
}

/** What a replay needs. */
export interface ReplayOptions {
  loaded: LoadedConfig;
  resolver: Resolver;
  transport: Transport;
  /** Only requests that this route matches. */
  route: string | undefined;
}

const AT_ONCE = 4;
const LARGEST_BODY = 10_485_760;

/** Replays in order, a few at once; `onDone` is called after each. Only GET and HEAD are sent. */
export async function replay(
  requests: readonly RecordedRequest[],
  options: ReplayOptions,
  onDone: (done: number) => void,
): Promise<Replayed[]> {
  const one = createReplayer(options);
  const results: Replayed[] = new Array(requests.length);
  let next = 0;
  let done = 0;
  const lane = async () => {
    for (let index = next++; index < requests.length; index = next++) {
      results[index] = await one(requests[index]!);
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}

function createReplayer({ loaded, resolver, transport, route: only }: ReplayOptions) {
  const none = { toggles: new Map(), bases: new Map(), togglesKnown: true };
  const { table } = compileSnapshot({ loaded, ...none });
  const read = createReader(loaded, resolver, transport);

  return async (recorded: RecordedRequest): Promise<Replayed> => {
    const request = `${recorded.method} ${recorded.path}`;
    const target = parseRequestTarget(recorded.path);
    const sent = Object.entries(recorded.headers).map(([name, value]) => [name.toLowerCase(), value]);
    const head = { headers: Object.fromEntries(sent), rawHeaders: sent.flat() as string[] };
    const matched = target.ok
      ? table.match(recorded.method, target.target.path, target.target.query, head)?.config
      : undefined;
    const skip = (reason: string): Replayed => ({
      request,
      route: matched?.id,
      outcome: 'not-compared',
      reason,
      differences: [],
    });
    if (matched === undefined) return skip('no route matches');
    if (only !== undefined && matched.id !== only) return skip(`matched by route ${matched.id}`);
    if (recorded.method !== 'GET' && recorded.method !== 'HEAD') return skip('unsafe');
    const outcome = await compareSides(
      matched,
      () => read(loaded.config.legacy, recorded, matched),
      () => read(matched.service, recorded, matched),
    );
    const differences = outcome.kind === 'mismatch' ? examplesOf(outcome.differences) : [];
    const reason = outcome.kind === 'candidate-error' ? outcome.reason : undefined;
    return { request, route: matched.id, outcome: outcome.kind, reason, differences };
  };
}

async function compareSides(
  route: RouteConfig,
  readControl: () => Promise<Reading>,
  readCandidate: () => Promise<Reading>,
): Promise<Outcome> {
  const rules: CompareRules = compileRules(route.compare);
  const [control, candidate] = await Promise.all([readControl(), readCandidate()]);
  if (!control.ok || control.observed.status >= 500) return { kind: 'legacy-error' };
  if (!candidate.ok) return { kind: 'candidate-error', reason: candidate.reason };
  if (candidate.observed.status >= 500)
    return { kind: 'candidate-error', reason: `status ${candidate.observed.status}` };
  const hold = (a: Observed, b: Observed) => compare(a, b, rules, systemClock.now());
  const { outcome } = hold(control.observed, candidate.observed);
  if (outcome.kind !== 'mismatch') return outcome;
  const signal = new AbortController().signal;
  return recheck({
    first: outcome,
    readControl,
    readCandidate,
    compare: hold,
    maxLag: route.compare.maxLag,
    clock: systemClock,
    signal,
  });
}

/** Reads one side's answer; never rejects. */
function createReader({ config }: LoadedConfig, resolver: Resolver, transport: Transport) {
  return async (
    upstream: string,
    { method, path, headers }: RecordedRequest,
    route: RouteConfig,
  ): Promise<Reading> => {
    const { where, timeout } = config.upstreams[upstream]!;
    const url = where.kind === 'static' ? where.urls[0] : resolver.instances(where.service)[0]?.url;
    if (url === undefined) return { ok: false, reason: 'no instance is known' };
    try {
      const signal = AbortSignal.timeout(Math.min(timeout, route.timeout));
      const answer = await transport.request({ origin: new URL(url).origin, path, method, headers, signal });
      const bytes = await readBody(answer.body, LARGEST_BODY);
      if (bytes === undefined) return { ok: false, reason: `more than ${LARGEST_BODY} bytes` };
      const body = await decodedBody(bytes, answer.headers, LARGEST_BODY);
      return { ok: true, observed: { status: answer.status, headers: answer.headers, body } };
    } catch (error) {
      return { ok: false, reason: messageOf(error) };
    }
  };
}
