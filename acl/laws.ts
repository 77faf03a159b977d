/** Pure. The laws that a mapping must keep, for its author's tests. */
import { messageOf } from '../chassis/errors.ts';
import { compileTable } from './compile.ts';
import { namesOf, type TableMapping } from './table.ts';
import { type Row, sameValue, showValue } from './value.ts';

/** One row that breaks a law. */
export interface LawBreach {
  key: string;
  column: string;
  before: string;
  after: string;
}

/**
 * Checks `toSource(toTarget(row)) = row` for every row that `when` does not leave out, on the columns that
 * the mapping reads. A row that the mapping refuses is a breach too.
 */
export function checkRoundTrip(
  table: TableMapping,
  rows: Iterable<Row>,
): { rows: number; breaches: LawBreach[] } {
  const compiled = compileTable(table);
  const breaches: LawBreach[] = [];
  let count = 0;
  for (const row of rows) {
    count += 1;
    const key = namesOf(table.key.source)
      .map((column) => showValue(row[column]))
      .join(',');
    try {
      const there = compiled.toTarget(row);
      if (there.length > 0)
        breaches.push(...differences(key, compiled.sourceColumns, row, compiled.toSource(there)));
    } catch (error) {
      breaches.push({ key, column: '', before: '', after: messageOf(error) });
    }
  }
  return { rows: count, breaches };
}

function differences(key: string, columns: readonly string[], before: Row, after: Row): LawBreach[] {
  return columns
    .filter((column) => !sameValue(before[column], after[column]))
    .map((column) => ({ key, column, before: showValue(before[column]), after: showValue(after[column]) }));
}
