/**
 * Pure. Path patterns, segment by segment: literals, `:id`, `:id<int>`, `:lang<en|de>`, and `*` as a last segment for
 * its parent and all below.
 */
import { facadeErrors } from '../errors.ts';
import { canonicalSegment } from './escapes.ts';
import { isOfType, PARAMETER_TYPES, type ParameterType } from './parameter-type.ts';

/** One segment of a pattern. */
export type PatternSegment =
  | { kind: 'literal'; text: string }
  | { kind: 'choice'; name: string; values: readonly string[] }
  | { kind: 'typed'; name: string; type: ParameterType }
  | { kind: 'parameter'; name: string }
  | { kind: 'tail' };

const PARAMETER = /^:([A-Za-z_][A-Za-z0-9_]*)(?:<([^<>]+)>)?$/;
/** Patterns that one with choices may stand for. */
const MOST_COMBINATIONS = 256;

/** Splits a pattern into its segments. Raises ROUTE_PATTERN_INVALID. */
export function parsePathPattern(pattern: string, route: string): PatternSegment[] {
  const refuse = (expected: string) =>
    facadeErrors.error('ROUTE_PATTERN_INVALID', { route, found: pattern, expected });
  if (!pattern.startsWith('/')) throw refuse('a path that starts with /');
  const parts = pattern.slice(1).split('/');
  const segments = parts.map((part, index): PatternSegment => {
    if (part === '*') {
      if (index !== parts.length - 1) throw refuse('* as the last segment only');
      return { kind: 'tail' };
    }
    return part.startsWith(':') ? parameter(part, refuse) : { kind: 'literal', text: literal(part, refuse) };
  });
  const combinations = segments.reduce((n, one) => (one.kind === 'choice' ? n * one.values.length : n), 1);
  if (combinations > MOST_COMBINATIONS) throw refuse(`choices of at most ${MOST_COMBINATIONS} combinations`);
  return segments;
}

type Refuse = (expected: string) => Error;

function parameter(part: string, refuse: Refuse): PatternSegment {
  const [, name, within] = PARAMETER.exec(part) ?? [];
  if (name === undefined) throw refuse('a parameter such as :id, :id<int> or :lang<en|de>');
  if (within === undefined) return { kind: 'parameter', name };
  if (within.includes('|')) {
    const values = within.split('|').map((value) => literal(value, refuse));
    if (values.includes('') || new Set(values).size < values.length)
      throw refuse('choices that are not empty, each once');
    return { kind: 'choice', name, values };
  }
  const type = PARAMETER_TYPES.find((one) => one === within);
  if (type === undefined) throw refuse(`<${PARAMETER_TYPES.join('>, <')}> or choices such as <en|de>`);
  return { kind: 'typed', name, type };
}

function literal(part: string, refuse: Refuse): string {
  const text = canonicalSegment(part);
  if (text === undefined)
    throw refuse('literal segments, :parameters and a last *, without dot segments or encoded separators');
  return text;
}

/** Whether one segment of a path fits one of a pattern; a tail fits any number of them. */
export function fits(pattern: PatternSegment, segment: string): boolean {
  switch (pattern.kind) {
    case 'literal':
      return pattern.text === segment;
    case 'choice':
      return pattern.values.includes(segment);
    case 'typed':
      return isOfType(pattern.type, segment);
    case 'parameter':
      return segment !== '';
    case 'tail':
      return true;
  }
}

/** The order in which segments are tried: the smaller, the sooner. */
export function rankOf(segment: PatternSegment): number {
  switch (segment.kind) {
    case 'literal':
      return 0;
    case 'choice':
      return 1;
    case 'typed':
      return 2 + PARAMETER_TYPES.indexOf(segment.type);
    case 'parameter':
      return 2 + PARAMETER_TYPES.length;
    case 'tail':
      return 3 + PARAMETER_TYPES.length;
  }
}

/** A segment as the config writes it. */
export function segmentText(segment: PatternSegment): string {
  switch (segment.kind) {
    case 'literal':
      return segment.text || 'empty';
    case 'choice':
      return `:${segment.name}<${segment.values.join('|')}>`;
    case 'typed':
      return `:${segment.name}<${segment.type}>`;
    case 'parameter':
      return `:${segment.name}`;
    case 'tail':
      return '*';
  }
}
