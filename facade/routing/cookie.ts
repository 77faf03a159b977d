/** Pure. One cookie of a Cookie header (RFC 6265, 4.2). */

/** Its value as it was sent; the first where it was sent twice. */
export function cookieOf(header: string | string[] | undefined, name: string): string | undefined {
  if (typeof header !== 'string') return undefined;
  for (const pair of header.split(';')) {
    if (isNamed(pair, name)) return pair.slice(pair.indexOf('=') + 1).trim();
  }
  return undefined;
}

/** The header without a cookie; undefined when nothing is left. */
export function withoutCookie(header: string, name: string): string | undefined {
  const kept = header.split(';').filter((pair) => !isNamed(pair, name));
  return kept.length === 0 ? undefined : kept.join(';').trim();
}

function isNamed(pair: string, name: string): boolean {
  const equals = pair.indexOf('=');
  return equals > 0 && pair.slice(0, equals).trim() === name;
}
