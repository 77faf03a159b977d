/** Pure. Aggregates ready to be asked: found by path, parts with what they wait for. */
import type { AggregateConfig, PartConfig } from '../../chassis/config/schema/aggregates.ts';
import type { StranglerConfig } from '../../chassis/config/schema/config.ts';
import { type PathPiece, partPath, partsNamed } from '../../chassis/config/schema/part-path.ts';
import { type AccessRules, compileAccess } from '../gateway/access-rules.ts';
import { parsePathPattern } from '../routing/path-pattern.ts';
import { createRouteTable, type RouteTable } from '../routing/route-table.ts';

/** A part, compiled. */
export interface AggregatePart {
  name: string;
  config: PartConfig;
  path: readonly PathPiece[];
  /** Names of parts. */
  waitsFor: readonly string[];
  /** JSON text that stands in the answer when the part is missing. */
  instead: string;
}

/** An aggregate, compiled. */
export interface Aggregate {
  config: { id: string; match: { methods: readonly string[]; path: string }; deadline: number };
  access: AccessRules | undefined;
  /** In the order of the file, which is that of the answer. */
  parts: readonly AggregatePart[];
  /** The name of the parameter at each segment of the path. */
  parameters: readonly (string | undefined)[];
}

/** Finds aggregates by canonical path. */
export type AggregateTable = RouteTable<Aggregate>;

const METHODS = ['GET'] as const;

/** Undefined where there are none: no request then looks for one. Raises ROUTE_PATTERN_INVALID or ROUTE_OVERLAP. */
export function compileAggregates(config: StranglerConfig): AggregateTable | undefined {
  if (config.aggregate.length === 0) return undefined;
  return createRouteTable(config.aggregate.map((one) => compile(one, config)));
}

/** The values of the path's parameters, still encoded. */
export function parametersOf({ parameters }: Aggregate, path: string): ReadonlyMap<string, string> {
  const segments = path.slice(1).split('/');
  return new Map(
    parameters.flatMap((name, index) => (name === undefined ? [] : [[name, segments[index] ?? ''] as const])),
  );
}

function compile(written: AggregateConfig, config: StranglerConfig): Aggregate {
  const { id, match, deadline, parts } = written;
  const segments = parsePathPattern(match.path, id);
  return {
    config: { id, match: { methods: METHODS, path: match.path }, deadline },
    access: compileAccess(config, written),
    parts: Object.entries(parts).map(([name, part]) => compilePart(name, part)),
    parameters: segments.map((segment) => ('name' in segment ? segment.name : undefined)),
  };
}

function compilePart(name: string, config: PartConfig): AggregatePart {
  return {
    name,
    config,
    // The config's rules across sections have refused what is malformed.
    path: partPath(config.path) ?? [],
    waitsFor: [...new Set([...config.after, ...partsNamed(config.path)])],
    instead: JSON.stringify(config.fallback ?? null),
  };
}
