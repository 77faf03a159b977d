/**
 * Pure. A table's translation compiled once for the hot path: plain functions in flat arrays instead of
 * schemas. Equal to the interpreted translation, which it calls for the messages when a value is refused.
 */
import { z } from 'zod';
import { type Codec, directPair } from './codec.ts';
import { interpretToSource, interpretToTarget, mainRow, ownRows, pick } from './interpret.ts';
import { type Kept, readResidue, sameValues, writeResidue } from './residue.ts';
import {
  type ChildMapping,
  type ColumnMapping,
  type ColumnNames,
  namesOf,
  sourceColumnsOf,
  type TableMapping,
  targetColumnsOf,
  touchesKey,
} from './table.ts';
import { type Row, sameValue, type TargetRows, type Value } from './value.ts';

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

function compileDecode(table: TableMapping): (row: Row) => TargetRows {
  const { when, residue, target } = table;
  const empty: Row = Object.fromEntries(targetColumnsOf(table).map((column) => [column, null]));
  const steps = table.columns.map(decodeStep);
  const children = (table.children ?? []).map((child) => compileChild(table, child));
  const keep = Object.entries(residue?.keep ?? {});
  return (row) => {
    if (when && !when(row)) return [];
    const main: Row = { ...empty };
    const kept: Kept = {};
    for (let i = 0; i < steps.length; i++) steps[i]!(row, main, kept);
    const result: TargetRows = [{ table: target, row: main }];
    for (let i = 0; i < children.length; i++) children[i]!(row, main, kept, result);
    for (const [column, fallback] of keep) {
      if (!sameValue(present(row[column]), fallback)) kept[column] = row[column]!;
    }
    if (residue) main[residue.target] = writeResidue(kept);
    return result;
  };
}

type ChildStep = (row: Row, main: Row, kept: Kept, result: TargetRows) => void;

function compileChild(table: TableMapping, child: ChildMapping): ChildStep {
  const decode = decoder(child);
  const parents = namesOf(table.key.target).map(
    (key, index) => [namesOf(child.parent)[index]!, key] as const,
  );
  return (row, main, kept, result) => {
    const own = decode(row[child.source], kept) as Row[];
    for (let i = 0; i < own.length; i++) {
      const stored: Row = {};
      for (const [column, key] of parents) stored[column] = main[key]!;
      for (const column in own[i]) stored[column] = own[i]![column]!;
      result.push({ table: child.target, row: stored });
    }
  };
}

type DecodeStep = (row: Row, main: Row, kept: Kept) => void;

function decodeStep(column: ColumnMapping): DecodeStep {
  const { source, target } = column;
  if (typeof source === 'string' && typeof target === 'string') {
    const direct = column.inexact ? undefined : directFunction('decode', column.codec);
    if (direct)
      return (row, main) => {
        main[target] = direct(row[source]) as Value;
      };
  }
  const decode = decoder(column);
  return (row, main, kept) => put(main, target, decode(pick(row, source), kept));
}

/** Decodes and keeps the row's own writing where it would be lost. */
function decoder({
  source,
  codec,
  inexact,
}: ColumnMapping | ChildMapping): (value: unknown, kept: Kept) => unknown {
  const decode = directFunction('decode', codec);
  if (!inexact || !codec) return decode;
  const encode = directFunction('encode', codec);
  return (value, kept) => {
    const decoded = decode(value);
    if (!sameValues(attempt(encode, decoded), value)) put(kept, source, value);
    return decoded;
  };
}

function compileEncode(table: TableMapping): (rows: TargetRows) => Row {
  const { residue } = table;
  const steps = table.columns.map((column) => ({ column, encode: encoder(column) }));
  const children = (table.children ?? []).map((child) => ({ child, encode: encoder(child) }));
  const keep = Object.entries(residue?.keep ?? {});
  return (rows) => {
    const main = mainRow(table, rows);
    const kept = residue ? readResidue(main[residue.target]) : {};
    const source: Row = {};
    for (const { column, encode } of steps)
      put(source, column.source, encode(pick(main, column.target), kept));
    for (const { child, encode } of children)
      source[child.source] = encode(ownRows(child, rows), kept) as Value;
    for (const [column, fallback] of keep) source[column] = column in kept ? kept[column]! : fallback;
    return source;
  };
}

/** Encodes, and gives the kept writing back while it still means the same. */
function encoder({
  source,
  codec,
  inexact,
}: ColumnMapping | ChildMapping): (value: unknown, kept: Kept) => unknown {
  const encode = directFunction('encode', codec);
  if (!inexact || !codec) return encode;
  const decode = directFunction('decode', codec);
  return (value, kept) => {
    const encoded = encode(value);
    if (!namesOf(source).every((name) => name in kept)) return encoded;
    const writing = pick(kept, source);
    return sameValues(
      attempt((kept) => encode(decode(kept)), writing),
      encoded,
    )
      ? writing
      : encoded;
  };
}

function directFunction(
  direction: 'decode' | 'encode',
  codec: Codec | undefined,
): (value: unknown) => unknown {
  if (!codec) return present;
  return directPair(codec)?.[direction] ?? ((value) => z[direction](codec, value));
}

function put(row: Row, names: ColumnNames, value: unknown): void {
  if (typeof names === 'string') row[names] = value as Value;
  else for (let i = 0; i < names.length; i++) row[names[i]!] = (value as Value[])[i]!;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no such column');
  return value;
}

function attempt(translate: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return translate(value);
  } catch {
    return undefined;
  }
}
