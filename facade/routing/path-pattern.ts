/** Pure. Path patterns: `/api/products/:id`, and `*` as a last segment for its parent and all below. */
import { facadeErrors } from '../errors.ts';

/** One segment of a pattern. */
export type PatternSegment =
  | { kind: 'literal'; text: string }
  | { kind: 'parameter'; name: string }
  | { kind: 'tail' };

const LITERAL = /^[A-Za-z0-9._~!$&'()+,;=:@-]*$/;
const PARAMETER = /^:[A-Za-z_][A-Za-z0-9_]*$/;

/** Splits a pattern into its segments. Raises ROUTE_PATTERN_INVALID. */
export function parsePathPattern(pattern: string, route: string): PatternSegment[] {
  const refuse = (expected: string) =>
    facadeErrors.error('ROUTE_PATTERN_INVALID', { route, found: pattern, expected });
  if (!pattern.startsWith('/')) throw refuse('a path that starts with /');
  const parts = pattern.slice(1).split('/');
  return parts.map((part, index): PatternSegment => {
    if (part === '*') {
      if (index !== parts.length - 1) throw refuse('* as the last segment only');
      return { kind: 'tail' };
    }
    if (part.startsWith(':')) {
      if (!PARAMETER.test(part)) throw refuse('a parameter such as :id');
      return { kind: 'parameter', name: part.slice(1) };
    }
    if (part === '.' || part === '..') throw refuse('no dot segments');
    if (!LITERAL.test(part)) throw refuse('literal segments, :parameters and a last *');
    return { kind: 'literal', text: part };
  });
}
