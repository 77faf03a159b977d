/** Pure. What would become of a request, by the very functions that decide it in the flow; nothing is sent or counted. */
import { admit } from '../admission/admit.ts';
import { admissionErrors } from '../admission/errors.ts';
import type { AdmissionRules } from '../admission/rules.ts';
import { clientOf } from '../forwarding/request-headers.ts';
import { type KnownUpstreams, planOf } from '../plan.ts';
import { type Assigning, requestAssignment, requestKey, requestOverride } from '../request-assignment.ts';
import { bucketOf } from '../routing/assignment.ts';
import { type FoundKey, type KeyIdentity, keyText, sourceText } from '../routing/assignment-key.ts';
import type { TrustedPeers } from '../routing/client-address.ts';
import { overrideResult } from '../routing/override-token.ts';
import type { ActiveRoute, Snapshot } from '../snapshot.ts';
import type { Explanation } from './explanation.ts';
import { losers } from './losers.ts';
import { why } from './why.ts';

/** What is in force, as far as it decides. */
export interface ExplainedView extends KnownUpstreams<ExplainedUpstream> {
  snapshot: Snapshot;
  trusted: TrustedPeers;
  admission: AdmissionRules;
}

/** What is told of an upstream. */
export interface ExplainedUpstream {
  readonly name: string;
  /** Before a route. */
  breakerState(route?: string): string;
  instances(): readonly { url: string }[];
}

/** A request that was not sent. */
export interface ExplainedRequest {
  method: string;
  /** As in the request line. */
  url: string;
  headers: Record<string, string>;
  rawHeaders: readonly string[];
  httpVersion: string;
  socket: { remoteAddress: string };
  /** Taken for verified. */
  identity: KeyIdentity | undefined;
}

/** Explains a request; `now` in milliseconds since the epoch. */
export function explain(view: ExplainedView, request: ExplainedRequest, now: number): Explanation {
  const { method, url, headers, socket, identity } = request;
  const client = clientOf(headers, socket.remoteAddress, view.trusted);
  const asked = { request: { method, url, host: headers.host ?? '', client } };
  const admission = admit(request, view.snapshot.table, view.admission);
  if (!admission.ok) {
    const { code } = admission;
    const refused = { code, status: admissionErrors.table[code].status };
    return inWords({ ...asked, refused, losers: [], override: 'none', plan: [] });
  }
  const { target, route } = admission;
  const override = requestOverride(view, request, () => now);
  const upgrade = headers.upgrade?.toLowerCase() === 'websocket';
  const assigning: Assigning = { request, query: target.query, identity, override, upgrade };
  const assignment = requestAssignment(view, route, assigning);
  const matched = { method, ...target, head: request };
  return inWords({
    ...asked,
    target,
    route: route && routeOf(route),
    losers: losers(view.snapshot.routes, route, matched),
    key: route && keyOf(route, requestKey(view, route, assigning)),
    override: overrideResult(override, assignment.overridden === true),
    assignment,
    plan: planOf(view, route, assignment).map(({ side, upstream }) => ({
      side,
      upstream: upstream.name,
      instances: upstream.instances().map(({ url }) => url),
      breaker: upstream.breakerState(route?.config.id),
    })),
  });
}

function inWords(explained: Omit<Explanation, 'why'>): Explanation {
  return { ...explained, why: why(explained) };
}

function routeOf({ config, effective }: ActiveRoute): Explanation['route'] {
  const { id, match, service, group } = config;
  const { stage, percent, source } = effective;
  return { id, path: match.path, service, group, stage, percent, source };
}

function keyOf({ rule }: ActiveRoute, found: FoundKey | undefined): Explanation['key'] {
  if (found === undefined) return undefined;
  const { source, value } = found;
  const open = source.kind === 'ip' || source.kind === 'user' || source.kind === 'tenant';
  const bucket = bucketOf(rule.salt, keyText(found));
  return { source: sourceText(source), value: open ? value : shortened(value), bucket };
}

/** Sessions and the like: enough to tell two apart, not enough to use one. */
function shortened(value: string): string {
  return value.length < 6 ? '***' : `${value.slice(0, 3)}***`;
}
