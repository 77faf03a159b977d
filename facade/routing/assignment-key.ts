/** Pure. Finds the key of a request: the first source in the route's list that has a value. */
import type { KeySource } from '../../chassis/config/schema/key-source.ts';
import { cookieOf } from './cookie.ts';
import { verifiedCookie } from './signed-cookie.ts';

/** Who sent the request, as far as it was verified. */
export interface KeyIdentity {
  subject?: string | undefined;
  tenant?: string | undefined;
  claims?: Readonly<Record<string, unknown>> | undefined;
}

/** Where a key may be found. */
export interface KeyPlaces {
  /** As received. */
  headers: Record<string, string | string[] | undefined>;
  /** Starts with `?`, or is empty. */
  query: string;
  /** The client's address. */
  address: string;
  /** Undefined: nobody verified who it is. */
  identity: KeyIdentity | undefined;
  /** The secrets of signed cookies. */
  cookieSecrets: readonly string[];
}

/** A key and where it was found. */
export interface FoundKey {
  source: KeySource;
  value: string;
}

/** The first source that has a value. */
export function findKey(sources: readonly KeySource[], places: KeyPlaces): FoundKey | undefined {
  for (const source of sources) {
    const value = lookUp(source, places);
    if (value) return { source, value };
  }
  return undefined;
}

/** What is hashed: prefixed by its kind, so that an address never equals a user id. */
export function keyText({ source, value }: FoundKey): string {
  return `${sourceText(source)} ${value}`;
}

/** A source as the config writes it. */
export function sourceText(source: KeySource): string {
  return 'name' in source ? `${source.kind} ${source.name}` : source.kind;
}

function lookUp(source: KeySource, places: KeyPlaces): string | undefined {
  const { headers, query, address, identity, cookieSecrets } = places;
  switch (source.kind) {
    case 'ip':
      return address;
    case 'user':
      return identity?.subject;
    case 'tenant':
      return identity?.tenant;
    case 'jwt':
      return claimText(identity?.claims?.[source.name]);
    case 'header': {
      const value = headers[source.name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    }
    case 'cookie':
      return cookieOf(headers.cookie, source.name);
    case 'signed-cookie':
      return verifiedCookie(source.name, cookieOf(headers.cookie, source.name), cookieSecrets);
    case 'query':
      return query === '' ? undefined : (new URLSearchParams(query).get(source.name) ?? undefined);
  }
}

/** Lists and objects are no key: their text says nothing of who it is. */
function claimText(claim: unknown): string | undefined {
  if (typeof claim === 'string') return claim;
  return typeof claim === 'number' || typeof claim === 'boolean' ? String(claim) : undefined;
}
