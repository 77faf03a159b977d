/** Pure. Finds the key of a request: the first source in the route's list that has a value. */
import type { KeySource } from '../../chassis/config/schema/routes.ts';

/** Where a key may be found. */
export interface KeyPlaces {
  headers: Record<string, string | string[] | undefined>;
  /** Starts with `?`, or is empty. */
  query: string;
  /** The client's address. */
  address: string;
}

/** The request's key, prefixed by its kind so that an address never equals a user id. */
export function assignmentKey(sources: readonly KeySource[], places: KeyPlaces): string | undefined {
  for (const source of sources) {
    const value = lookUp(source, places);
    if (value) return source.kind === 'ip' ? `ip ${value}` : `${source.kind} ${source.name} ${value}`;
  }
  return undefined;
}

function lookUp(source: KeySource, { headers, query, address }: KeyPlaces): string | undefined {
  switch (source.kind) {
    case 'ip':
      return address;
    case 'header': {
      const value = headers[source.name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    }
    case 'cookie':
      return cookieOf(headers.cookie, source.name);
    case 'query':
      return query === '' ? undefined : (new URLSearchParams(query).get(source.name) ?? undefined);
  }
}

function cookieOf(header: string | string[] | undefined, name: string): string | undefined {
  if (typeof header !== 'string') return undefined;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
