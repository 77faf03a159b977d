/** Pure. The headers a request is forwarded with: end-to-end ones only, X-Forwarded-* ours, nothing internal. */
import { clientAddress, type TrustedPeers } from '../routing/client-address.ts';
import { withoutCookie } from '../routing/cookie.ts';
import { OVERRIDE_COOKIE } from '../routing/override-token.ts';
import { forwardedHeader } from './forwarded-header.ts';

/** Headers as Node parses them. */
export type Headers = Record<string, string | string[] | undefined>;

/** What is known of the request besides its headers. */
export interface RequestFacts {
  /** Address of the other end of the connection. */
  peer: string;
  encrypted: boolean;
  requestId: string;
  /** The trace it belongs to (W3C Trace Context). */
  traceparent: string;
  trusted: TrustedPeers;
  /** Whether names with an underscore are forwarded. */
  underscores: boolean;
  /** Whether `Forwarded` is written too. */
  forwarded: boolean;
}

/** Headers that belong to one connection (RFC 9110, 7.6.1), and `expect`, which is asked anew (expect-continue.ts). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
  'expect',
]);

/** Headers a client cannot have removed by naming them in Connection. */
const NOT_NOMINABLE = new Set(['host', 'authorization', 'cookie', 'content-length', 'transfer-encoding']);

/** What only a trusted peer may say, beside X-Forwarded-*: where a request is from, and what it asked for before a rewrite. */
const FORWARDED = new Set([
  'cf-connecting-ip',
  'fastly-client-ip',
  'forwarded',
  'front-end-https',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-host',
  'x-original-url',
  'x-real-ip',
  'x-rewrite-url',
]);
const P = 'p'.charCodeAt(0);
const X = 'x'.charCodeAt(0);

/** Headers that the kit itself sends begin with this; from outside they are removed. */
export const INTERNAL_PREFIX = 'x-strangler-';

/** The headers to forward. `transfer-encoding` stays: it frames the body that follows. */
export function requestHeaders(headers: Headers, facts: RequestFacts): Headers {
  const trusted = facts.trusted.has(facts.peer);
  const nominated = nominatedBy(headers.connection);
  const sent: Headers = {};
  for (const name in headers) {
    if (isOurs(name)) continue;
    if (name.includes('_') && !(facts.underscores && isHarmless(name))) continue;
    if (!trusted && isForwarded(name)) continue;
    if (nominated?.has(name) && !NOT_NOMINABLE.has(name) && !isForwarded(name)) continue;
    sent[name] = headers[name];
  }
  sent['x-forwarded-for'] =
    trusted && sent['x-forwarded-for'] ? `${sent['x-forwarded-for']}, ${facts.peer}` : facts.peer;
  sent['x-forwarded-proto'] ??= facts.encrypted ? 'https' : 'http';
  if (headers.host !== undefined) sent['x-forwarded-host'] ??= headers.host;
  sent['x-request-id'] = facts.requestId;
  sent.traceparent = facts.traceparent;
  if (facts.forwarded) sent.forwarded = forwardedOf(sent);
  return sent;
}

function forwardedOf(sent: Headers): string {
  const host = sent['x-forwarded-host'];
  return forwardedHeader({
    hops: String(sent['x-forwarded-for']),
    proto: String(sent['x-forwarded-proto']),
    host: host === undefined ? undefined : String(host),
  });
}

/** The headers without the cookie of a tester's token; the header is gone with all of the kit's own. */
export function withoutOverride(headers: Headers): Headers {
  if (typeof headers.cookie !== 'string') return headers;
  const { cookie, ...sent } = headers;
  const kept = withoutCookie(cookie, OVERRIDE_COOKIE);
  return kept === undefined ? sent : { ...sent, cookie: kept };
}

/** The headers to open a WebSocket with: as for a request without a body, and the two that ask for the upgrade. */
export function upgradeHeaders(headers: Headers, facts: RequestFacts): Headers {
  const sent = requestHeaders(headers, facts);
  delete sent['content-length'];
  delete sent['transfer-encoding'];
  return Object.assign(sent, { connection: 'Upgrade', upgrade: 'websocket' });
}

/** The client's address as far as trusted peers report it. */
export function clientOf(headers: Headers, peer: string, trusted: TrustedPeers): string {
  return clientAddress(peer, headers['x-forwarded-for'], trusted);
}

/** Whether it is between the client and us alone; of `Proxy` programs make a variable that leads their own requests away. */
function isOurs(name: string): boolean {
  const first = name.charCodeAt(0);
  if (first === X) return name.startsWith(INTERNAL_PREFIX);
  if (first === P) return name === 'proxy' || name.startsWith('proxy-');
  return HOP_BY_HOP.has(name);
}

function isForwarded(name: string): boolean {
  return FORWARDED.has(name) || (name.charCodeAt(0) === X && name.startsWith('x-forwarded-'));
}

/** Some servers read `x_strangler_shadow` as `x-strangler-shadow`, and so on. */
function isHarmless(name: string): boolean {
  const dashed = name.replaceAll('_', '-');
  return !(isOurs(dashed) || isForwarded(dashed) || NOT_NOMINABLE.has(dashed));
}

function nominatedBy(connection: string | string[] | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(
    String(connection)
      .split(',')
      .map((name) => name.trim().toLowerCase()),
  );
}

/** Whether a body follows the headers. */
export function hasBody(headers: Headers): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    !['0', undefined].includes(headers['content-length'] as string)
  );
}
