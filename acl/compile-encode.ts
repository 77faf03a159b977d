/** Pure. Target rows → source row, compiled. */
import { attempt, directFunction } from './direct.ts';
import { type Kept, readResidue, sameValues } from './residue.ts';
import { mainRow, ownRows, pick, put } from './row-parts.ts';
import { type ChildMapping, type ColumnMapping, namesOf, type TableMapping } from './table.ts';
import type { Row, TargetRows, Value } from './value.ts';

/** Compiles the way back to the source; the function throws anything at a value it does not take. */
export function compileEncode(table: TableMapping): (rows: TargetRows) => Row {
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
