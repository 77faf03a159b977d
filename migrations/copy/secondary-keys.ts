/** The keys of a target table that a copy can do without: neither primary nor unique, and needed by nothing else. */
import type { Pool, PoolConnection, RowDataPacket } from '../../chassis/mysql.ts';
import { identifier } from '../rows/literal.ts';
import type { SecondaryKey } from '../state/deferred-keys.ts';

const KEY_LINE = /^ {2}KEY `((?:[^`]|``)+)` .*?,?$/gm;

/** The plain keys of a table; none when foreign keys name it, since these lean on keys. */
export async function droppableKeys(
  connection: Pool | PoolConnection,
  table: string,
): Promise<SecondaryKey[]> {
  const plain = await plainKeyNames(connection, table);
  if (plain.size === 0 || (await hasForeignKeys(connection, table))) return [];
  const [rows] = await connection.query<RowDataPacket[]>(`SHOW CREATE TABLE ${identifier(table)}`);
  return keysOf(table, rows[0]!['Create Table'] as string).filter(({ name }) => plain.has(name));
}

/** Pure. The `KEY` lines of a CREATE TABLE statement. */
export function keysOf(table: string, statement: string): SecondaryKey[] {
  return [...statement.matchAll(KEY_LINE)].map(([line, name]) => ({
    table,
    name: name!.replaceAll('``', '`'),
    definition: line!.trim().replace(/,$/, ''),
  }));
}

/** The names of all keys of a table. */
export async function keyNames(connection: Pool | PoolConnection, table: string): Promise<Set<string>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT DISTINCT INDEX_NAME AS name FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`,
    [table],
  );
  return new Set(rows.map(({ name }) => name as string));
}

/** Full text and spatial keys stay, and so does the one an AUTO_INCREMENT column must have. */
async function plainKeyNames(connection: Pool | PoolConnection, table: string): Promise<Set<string>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT s.INDEX_NAME AS name FROM information_schema.STATISTICS s
     LEFT JOIN information_schema.COLUMNS c ON c.TABLE_SCHEMA = s.TABLE_SCHEMA AND c.TABLE_NAME = s.TABLE_NAME
       AND c.COLUMN_NAME = s.COLUMN_NAME
     WHERE s.TABLE_SCHEMA = DATABASE() AND s.TABLE_NAME = ?
     GROUP BY s.INDEX_NAME
     HAVING MIN(s.NON_UNIQUE) = 1 AND MIN(s.INDEX_TYPE) = 'BTREE'
       AND SUM(COALESCE(c.EXTRA, '') LIKE '%auto_increment%') = 0`,
    [table],
  );
  return new Set(rows.map(({ name }) => name as string));
}

async function hasForeignKeys(connection: Pool | PoolConnection, table: string): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM information_schema.KEY_COLUMN_USAGE
     WHERE REFERENCED_TABLE_NAME IS NOT NULL AND
       ((TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?) OR
        (REFERENCED_TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME = ?)) LIMIT 1`,
    [table, table],
  );
  return rows.length > 0;
}
