/**
 * Pure. The canonical request target: computed once, used to match, to log, to compare and to forward. A target that
 * two servers could read differently is ambiguous; what becomes of it is a policy (admission/admit.ts).
 */

/** A target that means the same to every server. */
export interface RequestTarget {
  /** Starts with `/`; percent-encoded letters, digits and `-._~` are decoded (RFC 3986, 6.2.2.2). */
  path: string;
  /** Starts with `?`, or is empty. */
  query: string;
}

/** Why a target is ambiguous. */
export type TargetProblem =
  | 'not-origin-form'
  | 'encoded-separator'
  | 'dot-segment'
  | 'double-slash'
  | 'backslash'
  | 'control-character'
  | 'non-ascii'
  | 'malformed-percent'
  | 'fragment';

/** The outcome of reading a request's target. */
export type ParsedTarget = { ok: true; target: RequestTarget } | { ok: false; problem: TargetProblem };

const SUSPECT = /[%\\#\0-\x20\x7f-\uffff]|\/\/|\/\.\.?(?:[/;]|$)/;
/** With a path parameter too: some servers cut `;x=y` off before they look for dots. */
const DOT_SEGMENT = /\/\.\.?(?:[/;]|$)/;
const ENCODED_UNRESERVED = /%(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]|3[0-9]|2d|2e|5f|7e)/gi;
/** Or longer than UTF-8 allows, as `%c0%ae` for a dot. */
const MALFORMED_PERCENT = /%(?![0-9a-f]{2})|%c[01]%[89ab]|%e0%[89]/i;
const CONTROL = /[\0-\x20\x7f]|%[01][0-9a-f]|%7f/i;

/** Reads `request.url`; nothing is repaired here. */
export function parseRequestTarget(url: string): ParsedTarget {
  if (url.charCodeAt(0) !== 47) return { ok: false, problem: 'not-origin-form' };
  const mark = url.indexOf('?');
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark);
  if (query.includes('#')) return { ok: false, problem: 'fragment' };
  if (!SUSPECT.test(rawPath)) return { ok: true, target: { path: rawPath, query } };
  const problem = problemOf(rawPath);
  if (problem !== undefined) return { ok: false, problem };
  const path = decodeUnreserved(rawPath);
  if (DOT_SEGMENT.test(path)) return { ok: false, problem: 'dot-segment' };
  return { ok: true, target: { path, query } };
}

function problemOf(rawPath: string): TargetProblem | undefined {
  if (MALFORMED_PERCENT.test(rawPath)) return 'malformed-percent';
  if (/%2f|%5c/i.test(rawPath)) return 'encoded-separator';
  if (rawPath.includes('\\')) return 'backslash';
  if (rawPath.includes('#')) return 'fragment';
  if (CONTROL.test(rawPath)) return 'control-character';
  if (/[^\0-\x7f]/.test(rawPath)) return 'non-ascii';
  return rawPath.includes('//') ? 'double-slash' : undefined;
}

/** An ambiguous target byte for byte; undefined when it is not in origin form. */
export function rawTarget(url: string): RequestTarget | undefined {
  if (url.charCodeAt(0) !== 47) return undefined;
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark) };
}

/**
 * An ambiguous target as the most lenient of servers would read it: encoded separators and unreserved characters
 * decoded, `\` taken for `/`, slashes merged, dot segments removed (RFC 3986, 5.2.4), other bytes encoded.
 * Undefined when it cannot be repaired: control characters, broken encoding, an authority that is not `host`.
 */
export function normalisedTarget(url: string, host: string | undefined): RequestTarget | undefined {
  const origin = originForm(url, host);
  if (origin === undefined) return undefined;
  const hash = origin.indexOf('#');
  const { path, query } = rawTarget(hash < 0 ? origin : origin.slice(0, hash))!;
  if (MALFORMED_PERCENT.test(path) || CONTROL.test(path) || /[^\0-\xff]/.test(path)) return undefined;
  const encoded = path.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  const separated = encoded.replace(/\\|%2f|%5c/gi, '/');
  return { path: withoutDots(decodeUnreserved(separated)), query };
}

function originForm(url: string, host: string | undefined): string | undefined {
  if (url.charCodeAt(0) === 47) return url;
  const [, authority, rest] = /^https?:\/\/([^/?#\\]*)(.*)$/is.exec(url) ?? [];
  if (authority === undefined || rest === undefined) return undefined;
  if (authority.toLowerCase() !== host?.toLowerCase()) return undefined;
  return rest.startsWith('/') || rest.startsWith('\\') ? rest : `/${rest}`;
}

function decodeUnreserved(path: string): string {
  return path.replace(ENCODED_UNRESERVED, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').map((segment) => segment.replace(/^(\.\.?);.*/, '$1'));
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const open = ['', '.', '..'].includes(segments.at(-1)!) && kept.length > 0;
  return `/${kept.join('/')}${open ? '/' : ''}`;
}
