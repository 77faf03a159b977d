/** Pure. What `POST /api/explain` takes, and the request that it describes. */
import { z } from 'zod';
import type { ExplainedRequest } from './explained-view.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** The body: a request as one would write it for curl. */
export const explainInput = z.strictObject({
  method: z.string().min(1).max(20).default('GET'),
  /** A path with its query, or a whole URL, whose host then counts. */
  url: z.string().min(1).max(16_384),
  /** Name and value; a name may come twice. */
  headers: z
    .array(z.tuple([z.string().min(1), z.string()]))
    .max(200)
    .default([]),
  /** The address of the peer. */
  ip: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  /** Taken for verified: a description of somebody, not a credential. */
  identity: z
    .strictObject({
      subject: z.string().optional(),
      tenant: z.string().optional(),
      claims: z.record(z.string(), scalar).optional(),
    })
    .optional(),
});

/** The request of a body; `host` is that of a request which names none. */
export function explainedRequest(
  { method, url, headers, ip, identity }: z.output<typeof explainInput>,
  host: string,
): ExplainedRequest {
  const [, authority, rest] = /^https?:\/\/([^/?#\\]*)(.*)$/i.exec(url) ?? [];
  const named = headers.some(([name]) => name.toLowerCase() === 'host');
  const all: [string, string][] = named ? headers : [['host', authority || host], ...headers];
  const sent = completed(all.map(([name, value]) => [name, withoutOuterSpace(value)]));
  return {
    method: method.toUpperCase(),
    url: rest === undefined ? url : rest.startsWith('/') ? rest : `/${rest}`,
    headers: joined(sent),
    rawHeaders: sent.flat(),
    httpVersion: '1.1',
    socket: { remoteAddress: ip },
    identity,
  };
}

/** A client that asks for another protocol says so in Connection too; who describes one need not. */
function completed(headers: readonly [string, string][]): readonly [string, string][] {
  const has = (wanted: string) => headers.some(([name]) => name.toLowerCase() === wanted);
  return has('upgrade') && !has('connection') ? [...headers, ['connection', 'Upgrade']] : headers;
}

/** No part of a value (RFC 9110, 5.5). */
function withoutOuterSpace(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** Of these Node keeps the first (https://nodejs.org/api/http.html#messageheaders). */
const ONCE = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since ' +
    'last-modified location max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' '),
);

/** As Node gives them: of some names the first alone, cookies joined by `;`, others by commas. */
function joined(headers: readonly [string, string][]): Record<string, string> {
  const all: Record<string, string> = Object.create(null);
  for (const [written, value] of headers) {
    const name = written.toLowerCase();
    const before = all[name];
    if (before === undefined) all[name] = value;
    else if (!ONCE.has(name)) all[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return all;
}
