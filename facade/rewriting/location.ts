/** Pure. `Location` and `Content-Location` of an upstream's answer, as its clients know the place. */
import type { ReplacePrefix } from './path-prefix.ts';

/** How clients reach the facade. */
export interface ClientOrigin {
  /** `http` or `https`. */
  scheme: string;
  /** With its port, where it has one; undefined: the request named none. */
  host: string | undefined;
}

/** By which names an upstream knows itself. */
export interface UpstreamNames {
  /** `http` or `https`. */
  scheme: string;
  /** In lower case, without the scheme's own port. */
  hosts: readonly string[];
  /** From the upstream's paths to the clients'; undefined where they are the same. */
  toClient: ReplacePrefix | undefined;
}

const ABSOLUTE = /^(?:(https?):)?\/\/([^/?#\\]*)(.*)$/is;

/**
 * A location below the upstream's own origin gets the client's origin; one that changes the scheme, as from http to
 * https, still does. The path prefix is turned back in these, in paths from the root and where the client's own host
 * is named. Anything else is left as it is.
 */
export function rewriteLocation(location: string, names: UpstreamNames, client: ClientOrigin): string {
  const [, scheme, authority, rest] = ABSOLUTE.exec(location) ?? [];
  if (authority === undefined || rest === undefined) return fromRoot(location, names.toClient);
  const told = scheme?.toLowerCase() ?? names.scheme;
  const host = canonicalHost(told, authority);
  if (host === undefined) return location;
  if (names.hosts.includes(host)) {
    const path = fromRoot(rest.startsWith('/') ? rest : `/${rest}`, names.toClient);
    if (client.host === undefined) return path;
    return `${told === names.scheme ? client.scheme : told}://${client.host}${path}`;
  }
  if (client.host === undefined || host !== canonicalHost(client.scheme, client.host)) return location;
  return location.slice(0, location.length - rest.length) + fromRoot(rest, names.toClient);
}

/** The prefix of a path from the root, replaced; query and fragment are kept. */
function fromRoot(location: string, toClient: ReplacePrefix | undefined): string {
  if (toClient === undefined || !location.startsWith('/')) return location;
  const end = location.search(/[?#]/);
  const path = end < 0 ? location : location.slice(0, end);
  return (toClient(path) ?? path) + location.slice(path.length);
}

/** In lower case and without the scheme's own port; undefined for what is no host, or has a user before it. */
export function canonicalHost(scheme: string, authority: string): string | undefined {
  const url = `${scheme}://${authority}/`;
  if (authority.includes('@') || !URL.canParse(url)) return undefined;
  return new URL(url).host;
}
