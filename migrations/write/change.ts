/** Pure. What must become true of one source row in the target, and how a run of changes folds into it. */
import type { Row, TargetRows, Value } from '../../acl/value.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { GroupTable } from '../group/group.ts';
import { keyOf, keyText } from '../rows/key.ts';

/** The net change of one source row. */
export type Change = { key: Value[]; targetKey: Value[]; row: Row } & (
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
  const key = keyOf(row, table.source.primaryKey);
  try {
    const targetKey = table.targetKey(row);
    if (deleted) return { kind: 'drop', key, targetKey, row };
    const rows = table.toTarget(row);
    return rows.length === 0
      ? { kind: 'drop', key, targetKey, row }
      : { kind: 'put', key, targetKey, row, rows };
  } catch (error) {
    return { kind: 'refuse', key, targetKey: knownTargetKey(table, row), row, ...reasonOf(error) };
  }
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
