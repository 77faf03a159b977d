/**
 * Pure. The reference translation of a table: every value through its zod codec, all problems of a row
 * collected. Slower than a compiled table and equal to it, which `compile.ts` relies on for its messages.
 */
import { z } from 'zod';
import type { Codec } from './codec.ts';
import { MappingError, type ValueProblem } from './errors.ts';
import { type Place, placeOf, problemOfIssues, problemOfThrown } from './problems.ts';
import { type Kept, readResidue, sameValues, writeResidue } from './residue.ts';
import { childRows, mainRow, ownRows, pick, put } from './row-parts.ts';
import {
  type ChildMapping,
  type ColumnMapping,
  type ColumnNames,
  namesOf,
  type TableMapping,
} from './table.ts';
import { type Row, sameValue, type TargetRows, type Value } from './value.ts';

type Attempt = { ok: true; value: unknown } | { ok: false; problem: ValueProblem };

/** Source row → target rows. Raises MappingError. */
export function interpretToTarget(table: TableMapping, row: Row): TargetRows {
  if (table.when && !table.when(row)) return [];
  const problems: ValueProblem[] = [];
  const kept: Kept = {};
  const main: Row = {};
  const place = (columns: ColumnNames) => placeOf(table.source, namesOf(table.key.source), row, columns);
  const decoded = (part: ColumnMapping | ChildMapping): unknown => {
    const value = pick(row, part.source);
    const attempt = translated('decode', part.codec, value, place(part.source));
    if (!attempt.ok) return void problems.push(attempt.problem);
    if (part.inexact) keepWriting(part, value, attempt.value, kept);
    return attempt.value;
  };
  for (const column of table.columns) put(main, column.target, decoded(column));
  const children = (table.children ?? []).map((child) => ({
    child,
    rows: decoded(child) as Row[] | undefined,
  }));
  for (const [column, fallback] of Object.entries(table.residue?.keep ?? {})) {
    const value = presentValue(row, column, place, problems);
    if (!sameValue(value, fallback)) kept[column] = value;
  }
  if (table.residue) main[table.residue.target] = writeResidue(kept);
  raise(problems);
  return [
    { table: table.target, row: main },
    ...children.flatMap(({ child, rows }) => childRows(table, child, main, rows!)),
  ];
}

/** Target rows → source row. Raises MappingError, ACL_ROWS_INCOMPLETE. */
export function interpretToSource(table: TableMapping, rows: TargetRows): Row {
  const main = mainRow(table, rows);
  const kept = table.residue ? readResidue(main[table.residue.target]) : {};
  const problems: ValueProblem[] = [];
  const source: Row = {};
  const encode = (part: ColumnMapping | ChildMapping, value: unknown) => {
    const place = placeOf(table.target, namesOf(table.key.target), main, part.target);
    const attempt = translated('encode', part.codec, value, place);
    if (!attempt.ok) return void problems.push(attempt.problem);
    put(source, part.source, part.inexact ? restoreWriting(part, kept, attempt.value) : attempt.value);
  };
  for (const column of table.columns) encode(column, pick(main, column.target));
  for (const child of table.children ?? []) encode(child, ownRows(child, rows));
  for (const [column, fallback] of Object.entries(table.residue?.keep ?? {})) {
    source[column] = column in kept ? kept[column]! : fallback;
  }
  raise(problems);
  return source;
}

/** Translates one value, or several together, with one codec. */
export function translated(
  direction: 'decode' | 'encode',
  codec: Codec | undefined,
  value: unknown,
  place: Place,
): Attempt {
  if (!codec) return value === undefined ? missing(place) : { ok: true, value };
  try {
    const result = direction === 'decode' ? z.safeDecode(codec, value) : z.safeEncode(codec, value);
    if (result.success) return { ok: true, value: result.data };
    return { ok: false, problem: problemOfIssues(place, value, result.error) };
  } catch (thrown) {
    return { ok: false, problem: problemOfThrown(place, value, thrown) };
  }
}

/** Keeps the row's own writing where encoding the decoded value would not give it back. */
function keepWriting(part: ColumnMapping | ChildMapping, value: unknown, decoded: unknown, kept: Kept): void {
  const again = part.codec ? z.safeEncode(part.codec, decoded) : undefined;
  if (again?.success && sameValues(again.data, value)) return;
  namesOf(part.source).forEach((name, index) => {
    kept[name] = (typeof part.source === 'string' ? value : (value as Value[])[index]) as Value;
  });
}

/** The kept writing while it still means what the target says, else the encoded value. */
function restoreWriting(part: ColumnMapping | ChildMapping, kept: Kept, encoded: unknown): unknown {
  if (!part.codec || !namesOf(part.source).every((name) => name in kept)) return encoded;
  const writing = pick(kept, part.source);
  const meaning = z.safeDecode(part.codec, writing);
  const again = meaning.success ? z.safeEncode(part.codec, meaning.data) : meaning;
  return again.success && sameValues(again.data, encoded) ? writing : encoded;
}

function presentValue(
  row: Row,
  column: string,
  place: (columns: ColumnNames) => Place,
  problems: ValueProblem[],
): Value {
  const value = row[column];
  if (value !== undefined) return value;
  const attempt = missing(place(column));
  problems.push(attempt.problem);
  return null;
}

function missing(place: Place): { ok: false; problem: ValueProblem } {
  const problem = {
    code: 'ACL_INVALID_VALUE',
    ...place,
    found: 'nothing (no such column)',
    expected: 'a value',
  } as const;
  return { ok: false, problem };
}

function raise(problems: ValueProblem[]): void {
  const [first, ...others] = problems;
  if (first) throw new MappingError([first, ...others]);
}
