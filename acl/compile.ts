/**
 * Pure. A table's translation compiled once for the hot path: plain functions in flat arrays instead of
 * schemas. Equal to the interpreted translation, which it calls for the messages when a value is refused.
 */
import { compileDecode } from './compile-decode.ts';
import { compileEncode } from './compile-encode.ts';
import { interpretToSource, interpretToTarget } from './interpret.ts';
import { namesOf, sourceColumnsOf, type TableMapping, targetColumnsOf, touchesKey } from './table.ts';
import type { Row, TargetRows } from './value.ts';

/** One target table that a source table's rows go to. */
export interface TargetTable {
  table: string;
  /** All columns the mapping writes, in one fixed order. */
  columns: readonly string[];
  /** The primary key's columns. */
  key: readonly string[];
  /** Of a child table: its columns that repeat the main row's key, in the main key's order. */
  parent?: readonly string[];
}

/** The translation of one table's rows, both ways. Each function raises MappingError. */
export interface CompiledTable {
  source: string;
  sourceKey: readonly string[];
  /** Every source column read. */
  sourceColumns: readonly string[];
  /** The main table first, then the children. */
  targets: readonly TargetTable[];
  /** Source row → main row and children; an empty list when `when` leaves the row out. */
  toTarget(row: Row): TargetRows;
  /** Main row and children, in any order → source row. Raises ACL_ROWS_INCOMPLETE without a main row. */
  toSource(rows: TargetRows): Row;
  /** The key columns of the main target row, from a source row of which only the key need be sound. */
  keyToTarget(row: Row): Row;
  /** The key columns of the source row, from a main target row. */
  keyToSource(row: Row): Row;
}

/** Compiles a table's translation. */
export function compileTable(table: TableMapping): CompiledTable {
  const keyTable = keyOnly(table);
  const keyDecode = compileDecode(keyTable);
  const keyEncode = compileEncode(keyTable);
  const decode = compileDecode(table);
  const encode = compileEncode(table);
  return {
    source: table.source,
    sourceKey: namesOf(table.key.source),
    sourceColumns: sourceColumnsOf(table),
    targets: targetsOf(table),
    toTarget: (row) =>
      withMessages(
        () => decode(row),
        () => interpretToTarget(table, row),
      ),
    toSource: (rows) =>
      withMessages(
        () => encode(rows),
        () => interpretToSource(table, rows),
      ),
    keyToTarget: (row) =>
      withMessages(
        () => keyDecode(row),
        () => interpretToTarget(keyTable, row),
      )[0]!.row,
    keyToSource: (row) => {
      const rows = [{ table: table.target, row }];
      return withMessages(
        () => keyEncode(rows),
        () => interpretToSource(keyTable, rows),
      );
    },
  };
}

function withMessages<T>(fast: () => T, slow: () => T): T {
  try {
    return fast();
  } catch {
    return slow();
  }
}

function keyOnly({ source, target, key, columns }: TableMapping): TableMapping {
  return { kind: 'table', source, target, key, columns: columns.filter((column) => touchesKey(column, key)) };
}

function targetsOf(table: TableMapping): TargetTable[] {
  const main = { table: table.target, columns: targetColumnsOf(table), key: namesOf(table.key.target) };
  const children = (table.children ?? []).map((child) => ({
    table: child.target,
    columns: child.columns,
    key: namesOf(child.key),
    parent: namesOf(child.parent),
  }));
  return [main, ...children];
}
