/** Pure. Two sets of rows of one target table held against each other, down to the column. */
import { showValue } from '../../acl/value.ts';
import type { Column } from '../rows/column.ts';
import { comparable, digestUnits, type Unit } from './digest.ts';

/** One difference; `column`, `source` and `target` only for rows that both sides have. */
export interface Difference {
  kind: 'different' | 'missing' | 'extra';
  key: string;
  column?: string;
  /** The value as mapped from the source, shortened. */
  source?: string;
  /** The value in the target, shortened. */
  target?: string;
}

/** What differs between the rows that should be there and those that are; each column of a row by itself. */
export function differences(
  expected: readonly Unit[],
  actual: readonly Unit[],
  columns: readonly Column[],
): Difference[] {
  if (expected.length === actual.length && digestUnits(expected, columns) === digestUnits(actual, columns))
    return [];
  const present = new Map(actual.map((unit) => [unit.key, unit]));
  const found: Difference[] = [];
  for (const { key, row } of expected) {
    const other = present.get(key);
    present.delete(key);
    if (!other) found.push({ kind: 'missing', key });
    else found.push(...columnDifferences(key, row, other.row, columns));
  }
  for (const key of present.keys()) found.push({ kind: 'extra', key });
  return found;
}

function columnDifferences(
  key: string,
  row: Unit['row'],
  other: Unit['row'],
  columns: readonly Column[],
): Difference[] {
  return columns.flatMap((column) => {
    const source = row[column.name] ?? null;
    const target = other[column.name] ?? null;
    if (comparable(column, source) === comparable(column, target)) return [];
    return [
      {
        kind: 'different' as const,
        key,
        column: column.name,
        source: showValue(source),
        target: showValue(target),
      },
    ];
  });
}
