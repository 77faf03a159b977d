/** Pure. How the rows of one legacy table become rows of a service's tables, as data. */
import type { Codec } from './codec.ts';
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

/** Whether this column's translation belongs to the key. */
export function touchesKey(column: ColumnMapping, key: TableDefinition['key']): boolean {
  return (
    namesOf(column.source).some((name) => namesOf(key.source).includes(name)) ||
    namesOf(column.target).some((name) => namesOf(key.target).includes(name))
  );
}
