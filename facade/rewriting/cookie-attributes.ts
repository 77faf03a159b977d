/**
 * Pure. Domain and Path of a `Set-Cookie`, replaced. The line is taken apart as browsers do (RFC 6265, 5.2): at every
 * semicolon, the first part is name and value. Nothing else of it changes.
 */
import { type ReplacePrefix, replacePrefix } from './path-prefix.ts';

/** What becomes of a cookie's attributes. */
export interface CookieRules {
  /** By domain in lower case without a dot in front, or `*`; empty: the attribute goes, and only the host itself gets the cookie. */
  domains: ReadonlyMap<string, string>;
  /** The longest prefix first. */
  paths: readonly ReplacePrefix[];
}

/** Compiles the rules; undefined when there are none. */
export function cookieRules(
  domains: Record<string, string>,
  paths: Record<string, string>,
): CookieRules | undefined {
  const prefixes = Object.entries(paths).toSorted(([left], [right]) => right.length - left.length);
  const known = Object.entries(domains).map(([from, to]) => [bareDomain(from), to] as const);
  if (prefixes.length + known.length === 0) return undefined;
  return {
    domains: new Map(known),
    paths: prefixes.map(([from, to]) => replacePrefix(withoutSlash(from), withoutSlash(to))),
  };
}

/** One `Set-Cookie` line by the rules. A `__Host-` cookie is left alone: browsers refuse it with any other path. */
export function rewriteCookie(line: string, rules: CookieRules): string {
  const parts = line.split(';');
  if (parts[0]!.trimStart().startsWith('__Host-')) return line;
  const kept = [parts[0]!];
  for (const part of parts.slice(1)) {
    const rewritten = rewriteAttribute(part, rules);
    if (rewritten !== undefined) kept.push(rewritten);
  }
  return kept.join(';');
}

/** Undefined: the attribute goes. */
function rewriteAttribute(part: string, { domains, paths }: CookieRules): string | undefined {
  const equals = part.indexOf('=');
  if (equals < 0) return part;
  const value = part.slice(equals + 1).trim();
  switch (part.slice(0, equals).trim().toLowerCase()) {
    case 'domain': {
      const to = domains.get(bareDomain(value)) ?? (value === '' ? undefined : domains.get('*'));
      if (to === undefined) return part;
      return to === '' ? undefined : `${part.slice(0, equals)}=${to}`;
    }
    case 'path': {
      for (const replace of paths) {
        const to = replace(value);
        // A cookie of `/app/` would not be sent to `/app`.
        if (to !== undefined)
          return `${part.slice(0, equals)}=${value === '/' && to !== '/' ? to.slice(0, -1) : to}`;
      }
      return part;
    }
    default:
      return part;
  }
}

/** Browsers ignore a dot in front. */
function bareDomain(domain: string): string {
  const lower = domain.toLowerCase();
  return lower.startsWith('.') ? lower.slice(1) : lower;
}

function withoutSlash(path: string): string {
  return path === '/' ? '' : path;
}
