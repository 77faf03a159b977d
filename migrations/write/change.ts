/** Pure. What must become true of one source row in the target, and how a run of changes folds into it. */
import type { Row, TargetRows, Value } from '../../acl/value.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { GroupTable } from '../group/group.ts';
import { keyOf, keyText } from '../rows/key.ts';

/** The net change of one source row; `row` is its last image. */
export type Change = { row: Row } & (
  | { kind: 'put'; rows: TargetRows }
  | { kind: 'drop' }
  | { kind: 'refuse'; column: string; reason: string }
);

/** A row event: the image before (update, delete) and after (insert, update). */
export interface RowEvent {
  table: string;
  before?: Row;
  after?: Row;
}

/** The last image of each source row, in the order of the last events; undefined means deleted. */
export function coalesce(
  events: readonly RowEvent[],
  keyNames: (table: string) => readonly string[],
): Map<string, Map<string, { last: Row; deleted: boolean }>> {
  const tables = new Map<string, Map<string, { last: Row; deleted: boolean }>>();
  for (const { table, before, after } of events) {
    const rows = tables.get(table) ?? new Map<string, { last: Row; deleted: boolean }>();
    tables.set(table, rows);
    const note = (row: Row, deleted: boolean) => {
      const key = keyText(keyOf(row, keyNames(table)));
      // Set anew, so that the order is that of the last event.
      rows.delete(key);
      rows.set(key, { last: row, deleted });
    };
    // A changed key is a deletion of the old row and an insertion of the new one.
    if (before) note(before, true);
    if (after) note(after, false);
  }
  return tables;
}

/** Maps one row image to its change; a row that the mapping refuses is refused, never guessed. */
export function changeOf(table: GroupTable, row: Row, deleted: boolean): Change {
  if (deleted) return { kind: 'drop', row };
  try {
    const rows = table.toTarget(row);
    return rows.length === 0 ? { kind: 'drop', row } : { kind: 'put', row, rows };
  } catch (error) {
    return { kind: 'refuse', row, ...reasonOf(error) };
  }
}

/** The source key of a change. */
export function sourceKeyOf(table: GroupTable, change: Change): Value[] {
  return keyOf(change.row, table.source.primaryKey);
}

/** The target key of a change; empty for a row whose key cannot be mapped, which was never written. */
export function targetKeyOf(table: GroupTable, change: Change): Value[] {
  if (change.kind !== 'put') return knownTargetKey(table, change.row);
  const main = change.rows[0]!.row;
  return table.main.key.map(({ name }) => main[name] ?? null);
}

/** The target key, or an empty one: a row whose very key cannot be mapped was never written. */
export function knownTargetKey(table: GroupTable, row: Row): Value[] {
  try {
    return table.targetKey(row);
  } catch {
    return [];
  }
}

function reasonOf(error: unknown): { column: string; reason: string } {
  const column = (error as { params?: { column?: string } }).params?.column;
  return { column: typeof column === 'string' ? column : '', reason: messageOf(error) };
}
