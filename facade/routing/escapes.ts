/** Pure. Percent-encodings in one form, so that a path in the config equals the same path in a request. */

const ESCAPE = /%[0-9a-f]{2}/gi;
const MALFORMED = /%(?![0-9a-f]{2})/i;
/** What RFC 3986 (2.3) calls unreserved: encoded or not, it means the same. */
const UNRESERVED = /[A-Za-z0-9._~-]/;
const UNSAFE_LITERAL = /[\0-\x20"<>\\^`{|}*\x7f?#]/;
const HIDDEN = /%(?:2f|5c|[01][0-9a-f]|7f)/i;

/** A path's escapes in capitals; a path without any costs one look. */
export function capitalEscapes(path: string): string {
  return path.includes('%') ? path.replace(ESCAPE, (code) => code.toUpperCase()) : path;
}

/**
 * One literal segment as requests carry it: other scripts encoded as UTF-8, unreserved characters decoded, escapes in
 * capitals. Undefined when no request can carry it: separators or control characters, broken escapes, dot segments.
 */
export function canonicalSegment(written: string): string | undefined {
  if (UNSAFE_LITERAL.test(written) || MALFORMED.test(written) || HIDDEN.test(written)) return undefined;
  if (!written.isWellFormed()) return undefined;
  const encoded = written.replace(/[^\0-\x7f]+/g, (run) => encodeURIComponent(run));
  const text = encoded.replace(ESCAPE, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return UNRESERVED.test(character) ? character : code.toUpperCase();
  });
  return text === '.' || text === '..' ? undefined : text;
}
