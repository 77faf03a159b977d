/** Pure. What may be kept of a difference: short values, nothing secret. */
import type { DifferenceExample } from '../evidence/evidence-store.ts';
import type { Difference } from './json-diff.ts';
import { showJson } from './lossless-json.ts';

const LONGEST_VALUE = 120;
const LONGEST_PATH = 300;
const MOST_EXAMPLES = 10;
const SECRET =
  /pass(word|wd)?|secret|token|authorization|cookie|session|api[-_]?key|credential|card|cvv|iban/i;

/** The differences of one request as they may be stored and shown. */
export function examplesOf(differences: readonly Difference[]): DifferenceExample[] {
  return differences.slice(0, MOST_EXAMPLES).map(({ path, kind, control, candidate }) => ({
    path,
    kind,
    control: shown(path, control),
    candidate: shown(path, candidate),
  }));
}

/** A request's path and query, values of secret parameters hidden. */
export function shownTarget({ path, query }: { path: string; query: string }): string {
  const pairs = query.slice(1).split('&').filter(Boolean);
  const kept = pairs.map((pair) => (SECRET.test(pair.split('=')[0]!) ? `${pair.split('=')[0]}=***` : pair));
  return cut(path + (kept.length > 0 ? `?${kept.join('&')}` : ''), LONGEST_PATH);
}

function shown(path: string, value: unknown): string {
  if (value === undefined) return 'nothing';
  // Cookies keep their name and attributes only (headers.ts), which is what a reader needs.
  if (SECRET.test(path) && path !== 'header set-cookie') return '***';
  const text = showJson(hideMembers(value));
  return cut(text, LONGEST_VALUE);
}

/** Inside a value that is missing or extra as a whole, secret members are hidden too. */
function hideMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 5).map(hideMembers);
  if (typeof value !== 'object' || value === null || Object.getOwnPropertySymbols(value).length > 0)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, SECRET.test(key) ? '***' : hideMembers(inner)]),
  );
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 3)}...`;
}
