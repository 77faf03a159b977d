/** Pure. The parts of rows that a translation takes and gives: columns by name, main rows, children. */
import { aclErrors } from './errors.ts';
import { type ChildMapping, type ColumnNames, namesOf, type TableMapping } from './table.ts';
import type { Row, TargetRows, Value } from './value.ts';

/** The main target row among the rows given. Raises ACL_ROWS_INCOMPLETE. */
export function mainRow(table: TableMapping, rows: TargetRows): Row {
  const found = rows.find((row) => row.table === table.target);
  if (found) return found.row;
  const tables = rows.map((row) => row.table).join(', ') || 'no rows';
  throw aclErrors.error('ACL_ROWS_INCOMPLETE', { table: table.target, found: tables });
}

/** The children's rows as stored: the parent's key values before their own columns. */
export function childRows(
  table: TableMapping,
  child: ChildMapping,
  main: Row,
  rows: readonly Row[],
): TargetRows {
  const parentColumns = namesOf(child.parent);
  const parent = Object.fromEntries(
    namesOf(table.key.target).map((key, index) => [parentColumns[index]!, main[key]!]),
  );
  return rows.map((row) => ({ table: child.target, row: { ...parent, ...row } }));
}

/** The rows of one child table without their parent columns, as the child's codec knows them. */
export function ownRows(child: ChildMapping, rows: TargetRows): Row[] {
  const parent = namesOf(child.parent);
  return rows
    .filter((row) => row.table === child.target)
    .map(({ row }) => Object.fromEntries(Object.entries(row).filter(([column]) => !parent.includes(column))));
}

/** One value, or for several names an array of them. */
export function pick(row: Row, names: ColumnNames): unknown {
  return typeof names === 'string' ? row[names] : names.map((name) => row[name]);
}

/** Sets one value, or for several names those of an array. */
export function put(row: Row, names: ColumnNames, value: unknown): void {
  if (typeof names === 'string') row[names] = value as Value;
  else for (let i = 0; i < names.length; i++) row[names[i]!] = (value as Value[] | undefined)?.[i] as Value;
}
