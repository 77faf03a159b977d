/** Pure. Who answers a request that was let in: a tester's override, else stage, percent and key of its route. */
import { clientOf } from './forwarding/request-headers.ts';
import type { View } from './in-force.ts';
import { type Assignment, assign, LEGACY_ALONE } from './routing/assignment.ts';
import { type FoundKey, findKey, type KeyIdentity, keyText } from './routing/assignment-key.ts';
import { plainAddress } from './routing/client-address.ts';
import { overridden } from './routing/overridden.ts';
import { NO_OVERRIDE, type Override, overrideOf } from './routing/override-token.ts';
import type { ActiveRoute } from './snapshot.ts';

/** What assignment needs of a request; as received. */
export interface AssignedRequest {
  method?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  socket: { remoteAddress?: string | undefined };
}

/** The part of a view that it depends on. */
export type AssigningView = Pick<View, 'trusted'> & { snapshot: Pick<View['snapshot'], 'secrets'> };

/** A request and what is known of it. */
export interface Assigning {
  request: AssignedRequest;
  /** Starts with `?`, or is empty. */
  query: string;
  identity: KeyIdentity | undefined;
  override: Override;
  /** Whether it asks for another protocol, in which nobody knows what will be written. */
  upgrade: boolean;
}

/** The request's override; the token is not even looked for where none is configured. */
export function requestOverride(
  { snapshot }: AssigningView,
  { headers }: AssignedRequest,
  now: () => number,
): Override {
  const { overrides } = snapshot.secrets;
  return overrides === undefined ? NO_OVERRIDE : overrideOf(headers, overrides, now());
}

/** The request's key on a route. */
export function requestKey(
  { snapshot, trusted }: AssigningView,
  route: ActiveRoute,
  { request, query, identity }: Pick<Assigning, 'request' | 'query' | 'identity'>,
): FoundKey | undefined {
  const { headers, socket } = request;
  const address = clientOf(headers, plainAddress(socket.remoteAddress), trusted);
  const cookieSecrets = snapshot.secrets.cookies;
  return findKey(route.config.key, { headers, query, address, identity, cookieSecrets });
}

/** The assignment; legacy alone where no route names the request. */
export function requestAssignment(
  view: AssigningView,
  route: ActiveRoute | undefined,
  assigning: Assigning,
): Assignment {
  if (route === undefined) return LEGACY_ALONE;
  const { override, request, upgrade } = assigning;
  if (override.kind === 'valid' && (override.route === undefined || override.route === route.config.id)) {
    const chosen = overridden(route.rule.stage, override.side, isSafe(request) && !upgrade);
    if (chosen !== undefined) return chosen;
  }
  return assign(route.rule, () => {
    const found = requestKey(view, route, assigning);
    return found && keyText(found);
  });
}

function isSafe({ method }: AssignedRequest): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
