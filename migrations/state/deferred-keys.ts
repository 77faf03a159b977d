/** The secondary keys that a copy has taken away from its target tables and owes them, in SQL. */
import type { Pool, PoolConnection, RowDataPacket } from '../../chassis/mysql.ts';

/** One key as `SHOW CREATE TABLE` writes it, such as `` KEY `by_name` (`name`) ``. */
export interface SecondaryKey {
  table: string;
  name: string;
  definition: string;
}

/** Notes keys that are about to be dropped; a key noted before is noted as it is now. */
export async function noteDeferred(
  connection: Pool | PoolConnection,
  group: string,
  keys: readonly SecondaryKey[],
): Promise<void> {
  if (keys.length === 0) return;
  await connection.query(
    `INSERT INTO _sk_deferred_key (grp, tbl, name, definition) VALUES ?
     ON DUPLICATE KEY UPDATE grp = VALUES(grp), definition = VALUES(definition)`,
    [keys.map(({ table, name, definition }) => [group, table, name, definition])],
  );
}

/** What the group owes its tables, by table. */
export async function deferredKeys(
  connection: Pool | PoolConnection,
  group: string,
): Promise<Map<string, SecondaryKey[]>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT tbl, name, definition FROM _sk_deferred_key WHERE grp = ? ORDER BY tbl, name',
    [group],
  );
  const tables = new Map<string, SecondaryKey[]>();
  for (const { tbl, name, definition } of rows)
    tables.set(tbl, [...(tables.get(tbl) ?? []), { table: tbl, name, definition }]);
  return tables;
}

/** How many keys the group owes its tables. */
export async function countDeferred(target: Pool, group: string): Promise<number> {
  const [rows] = await target.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM _sk_deferred_key WHERE grp = ?',
    [group],
  );
  return Number(rows[0]!.n);
}

/** Forgets the keys of a table that are there again. */
export async function forgetDeferred(
  connection: Pool | PoolConnection,
  group: string,
  table: string,
): Promise<void> {
  await connection.query('DELETE FROM _sk_deferred_key WHERE grp = ? AND tbl = ?', [group, table]);
}
