/** Tables as INFORMATION_SCHEMA describes them: columns, primary key, other unique keys. */
import type { Pool, RowDataPacket } from '../../chassis/mysql.ts';
import { type Column, kindOf, labelsOf } from './column.ts';

/** A table's shape. */
export interface Table {
  schema: string;
  name: string;
  columns: Column[];
  /** Names of the primary key's columns, in order; empty when there is none. */
  primaryKey: string[];
  /** Column names of each unique key other than the primary one. */
  uniqueKeys: string[][];
}

/** Describes a table of the pool's database; undefined when it does not exist or may not be seen. */
export async function describeTable(pool: Pool, name: string): Promise<Table | undefined> {
  const [columns] = await pool.query<RowDataPacket[]>(
    `SELECT TABLE_SCHEMA AS s, COLUMN_NAME AS n, DATA_TYPE AS d, COLUMN_TYPE AS t, CHARACTER_SET_NAME AS c,
       IS_NULLABLE AS nullable
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?
     ORDER BY ORDINAL_POSITION`,
    [name],
  );
  if (columns.length === 0) return undefined;
  const keys = await uniqueKeysOf(pool, name);
  const primaryKey = keys.get('PRIMARY') ?? [];
  keys.delete('PRIMARY');
  return {
    schema: columns[0]!.s,
    name,
    columns: columns.map(columnOf),
    primaryKey,
    uniqueKeys: [...keys.values()],
  };
}

function columnOf(row: RowDataPacket): Column {
  return {
    name: row.n,
    kind: kindOf(row.d, row.t),
    type: row.t,
    charset: row.c,
    labels: labelsOf(row.t),
    nullable: row.nullable === 'YES',
  };
}

async function uniqueKeysOf(pool: Pool, table: string): Promise<Map<string, string[]>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT INDEX_NAME AS k, COLUMN_NAME AS n FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND NON_UNIQUE = 0
     ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
    [table],
  );
  const keys = new Map<string, string[]>();
  for (const { k, n } of rows) keys.set(k, [...(keys.get(k) ?? []), n]);
  return keys;
}
