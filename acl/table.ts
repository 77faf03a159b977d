/** Pure. How the rows of one legacy table become rows of a service's tables, as data. */
import type { Codec } from './codec.ts';
import { aclErrors } from './errors.ts';
import type { Row, Value } from './value.ts';

/** One column, or several that are translated together (the codec then sees arrays). */
export type ColumnNames = string | readonly string[];

/** One column's translation. */
export interface ColumnMapping {
  source: ColumnNames;
  target: ColumnNames;
  /** Source value(s) → target value(s); absent: the value passes unchanged. */
  codec?: Codec;
  /** The codec takes several writings of one meaning; the row's own writing then goes to the residue. */
  inexact?: boolean;
}

/** Rows of another target table that come from one source column. */
export interface ChildMapping {
  /** The target table. */
  target: string;
  /** The source column that holds the list. */
  source: string;
  /** Columns of the child table that repeat the main row's target key, in its order. */
  parent: ColumnNames;
  /** The child table's primary key. */
  key: ColumnNames;
  /** All columns of the child table, the parent's included. */
  columns: readonly string[];
  /** Source value → the children's rows without the parent's columns. */
  codec: Codec;
  inexact?: boolean;
}

/** What legacy holds and the service has no place for: kept as JSON text in one target column. */
export interface Residue {
  target: string;
  /** Source columns without a target, each with the value for rows that were born in the service. */
  keep?: Readonly<Record<string, Value>>;
}

/** What `defineTable` takes. */
export interface TableDefinition {
  source: string;
  target: string;
  key: { source: ColumnNames; target: ColumnNames };
  columns: readonly ColumnMapping[];
  children?: readonly ChildMapping[];
  residue?: Residue;
  /** Rows for which this is false have no counterpart in the target. */
  when?: (row: Row) => boolean;
}

/** A checked table definition. */
export interface TableMapping extends TableDefinition {
  readonly kind: 'table';
}

/** Checks a table definition. Raises ACL_MAPPING_INVALID. */
export function defineTable(definition: TableDefinition): TableMapping {
  const problem = firstProblem(definition);
  if (problem) throw aclErrors.error('ACL_MAPPING_INVALID', { table: definition.source, ...problem });
  return Object.freeze({ ...definition, kind: 'table' as const });
}

/** Column names as a list. */
export function namesOf(names: ColumnNames): readonly string[] {
  return typeof names === 'string' ? [names] : names;
}

/** Every source column that the translation of this table reads, once each, in the order of mention. */
export function sourceColumnsOf(table: TableDefinition): string[] {
  const mapped = table.columns.flatMap((column) => namesOf(column.source));
  const children = (table.children ?? []).map((child) => child.source);
  return [...new Set([...mapped, ...children, ...Object.keys(table.residue?.keep ?? {})])];
}

/** The main target table's columns, in the order of mention, the residue last. */
export function targetColumnsOf(table: TableDefinition): string[] {
  const mapped = table.columns.flatMap((column) => namesOf(column.target));
  return table.residue ? [...mapped, table.residue.target] : mapped;
}

interface Problem {
  found: string;
  expected: string;
}

function firstProblem(table: TableDefinition): Problem | undefined {
  return (
    repeated(targetColumnsOf(table), 'target column') ??
    repeated(sourcesOf(table), 'source column') ??
    keyProblem(table) ??
    inexactProblem(table) ??
    (table.children ?? []).map((child) => childProblem(table, child)).find((problem) => problem !== undefined)
  );
}

function sourcesOf(table: TableDefinition): string[] {
  const mapped = table.columns.flatMap((column) => namesOf(column.source));
  const children = (table.children ?? []).map((child) => child.source);
  return [...mapped, ...children, ...Object.keys(table.residue?.keep ?? {})];
}

function repeated(names: readonly string[], what: string): Problem | undefined {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined
    ? undefined
    : { found: `the ${what} ${twice} twice`, expected: 'each column once' };
}

function keyProblem({ key, columns }: TableDefinition): Problem | undefined {
  if (namesOf(key.source).length === 0 || namesOf(key.target).length === 0) {
    return { found: 'a key without columns', expected: 'the columns of the primary key' };
  }
  const isWhole = (side: 'source' | 'target') => {
    const keyColumns = columns.filter((column) => touchesKey(column, key));
    const given = keyColumns.flatMap((column) => namesOf(column[side]));
    return (
      given.length === namesOf(key[side]).length && namesOf(key[side]).every((name) => given.includes(name))
    );
  };
  if (isWhole('source') && isWhole('target')) return undefined;
  return {
    found: `the key ${namesOf(key.source).join(', ')} → ${namesOf(key.target).join(', ')}`,
    expected: 'a key whose target columns are mapped from exactly its source columns',
  };
}

/** Whether this column's translation belongs to the key. */
export function touchesKey(column: ColumnMapping, key: TableDefinition['key']): boolean {
  return (
    namesOf(column.source).some((name) => namesOf(key.source).includes(name)) ||
    namesOf(column.target).some((name) => namesOf(key.target).includes(name))
  );
}

function inexactProblem(table: TableDefinition): Problem | undefined {
  const inexact = [...table.columns, ...(table.children ?? [])].find((part) => part.inexact);
  if (!inexact || table.residue) return undefined;
  return {
    found: `the inexact column ${namesOf(inexact.source).join(', ')} and no residue`,
    expected: 'a residue column that keeps what the codec drops',
  };
}

function childProblem(table: TableDefinition, child: ChildMapping): Problem | undefined {
  const parent = namesOf(child.parent);
  if (parent.length !== namesOf(table.key.target).length) {
    return {
      found: `${child.target} with ${parent.length} parent column(s)`,
      expected: 'one for each column of the main table’s target key',
    };
  }
  const absent = [...parent, ...namesOf(child.key)].find((name) => !child.columns.includes(name));
  return absent === undefined
    ? undefined
    : {
        found: `${child.target} without the column ${absent} in columns`,
        expected: 'its key and parent columns listed',
      };
}
