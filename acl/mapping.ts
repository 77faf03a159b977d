/** Pure. A mapping: the translations of all tables of one data group, and how a module hands one over. */
import { aclErrors } from './errors.ts';
import type { TableMapping } from './table.ts';

/** The translation of one data group. */
export interface Mapping {
  readonly kind: 'mapping';
  name: string;
  /** Raised by its author when the target rows of the same source rows change. */
  version: number;
  tables: readonly TableMapping[];
}

/** Checks and freezes a mapping. Raises ACL_MAPPING_INVALID. */
export function defineMapping(definition: {
  name: string;
  version: number;
  tables: readonly TableMapping[];
}): Mapping {
  const { name, version, tables } = definition;
  if (tables.length === 0) throw invalid(name, 'no tables', 'at least one table made by defineTable()');
  const bare = tables.find((table) => table?.kind !== 'table');
  if (bare) throw invalid(name, 'a table that was not checked', 'tables made by defineTable()');
  if (!Number.isInteger(version) || version < 1)
    throw invalid(name, `version ${version}`, 'a whole number from 1');
  refuseTwice(
    name,
    tables.map((table) => table.source),
  );
  refuseTwice(
    name,
    tables.flatMap((table) => [table.target, ...(table.children ?? []).map((child) => child.target)]),
  );
  return Object.freeze({ kind: 'mapping' as const, name, version, tables: Object.freeze([...tables]) });
}

/**
 * The mapping that a loaded module exports by default. `file` stands in the message.
 * Raises ACL_MAPPING_MISSING.
 */
export function mappingOf(module: unknown, file: string): Mapping {
  const exported = (module as { default?: unknown } | null | undefined)?.default;
  if (isMapping(exported)) return exported;
  const found = exported === undefined ? 'no default export' : `a default export of type ${typeof exported}`;
  throw aclErrors.error('ACL_MAPPING_MISSING', { file, found });
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && (value as Mapping).kind === 'mapping';
}

function refuseTwice(name: string, tables: readonly string[]): void {
  const twice = tables.find((table, index) => tables.indexOf(table) !== index);
  if (twice !== undefined) throw invalid(name, `the table ${twice} twice`, 'each table once');
}

function invalid(name: string, found: string, expected: string) {
  return aclErrors.error('ACL_MAPPING_INVALID', { table: name, found, expected });
}
