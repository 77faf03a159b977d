/** Pure. The canonical request target: computed once, used to match, to log, to compare and to forward. */

/** A target that means the same to every server. */
export interface RequestTarget {
  /** Starts with `/`; percent-encoded letters, digits and `-._~` are decoded (RFC 3986, 6.2.2.2). */
  path: string;
  /** Starts with `?`, or is empty. */
  query: string;
}

/** Why a target was refused. */
export type TargetProblem =
  | 'not-origin-form'
  | 'encoded-separator'
  | 'dot-segment'
  | 'backslash'
  | 'control-character'
  | 'fragment';

/** The outcome of reading a request's target. */
export type ParsedTarget = { ok: true; target: RequestTarget } | { ok: false; problem: TargetProblem };

const SUSPECT = /[%\\#\0-\x20\x7f]|\/\.\.?(\/|$)/;
const ENCODED_UNRESERVED = /%(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]|3[0-9]|2d|2e|5f|7e)/gi;

/** Reads `request.url`. What two servers could read differently is refused, never repaired. */
export function parseRequestTarget(url: string): ParsedTarget {
  if (url.charCodeAt(0) !== 47) return { ok: false, problem: 'not-origin-form' };
  const mark = url.indexOf('?');
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark);
  if (query.includes('#')) return { ok: false, problem: 'fragment' };
  if (!SUSPECT.test(rawPath)) return { ok: true, target: { path: rawPath, query } };
  return canonical(rawPath, query);
}

function canonical(rawPath: string, query: string): ParsedTarget {
  if (/%2f|%5c/i.test(rawPath)) return { ok: false, problem: 'encoded-separator' };
  if (rawPath.includes('\\')) return { ok: false, problem: 'backslash' };
  if (rawPath.includes('#')) return { ok: false, problem: 'fragment' };
  if (/[\0-\x20\x7f]|%[01][0-9a-f]|%7f/i.test(rawPath)) return { ok: false, problem: 'control-character' };
  const path = rawPath.replace(ENCODED_UNRESERVED, (code) =>
    String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  );
  if (/\/\.\.?(\/|$)/.test(path)) return { ok: false, problem: 'dot-segment' };
  return { ok: true, target: { path, query } };
}
