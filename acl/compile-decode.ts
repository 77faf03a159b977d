/** Pure. Source row → target rows, compiled. */
import { attempt, directFunction, present } from './direct.ts';
import { type Kept, sameValues, writeResidue } from './residue.ts';
import { pick, put } from './row-parts.ts';
import {
  type ChildMapping,
  type ColumnMapping,
  namesOf,
  type TableMapping,
  targetColumnsOf,
} from './table.ts';
import { type Row, sameValue, type TargetRows, type Value } from './value.ts';

/** Compiles the way to the target; the function throws anything at a value it does not take. */
export function compileDecode(table: TableMapping): (row: Row) => TargetRows {
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
