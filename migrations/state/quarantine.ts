/** Rows that could not be carried: kept whole, counted, shown, and forgotten once a good version arrives. */
import type { Row, Value } from '../../acl/value.ts';
import type { Pool, PoolConnection, RowDataPacket } from '../../chassis/mysql.ts';
import { keyText } from '../rows/key.ts';

/** Why a row is in quarantine. */
export interface Refused {
  table: string;
  /** The source row's key. */
  key: Value[];
  column: string;
  reason: string;
  row: Row;
}

/** One entry as shown. */
export interface QuarantineSample {
  table: string;
  key: string;
  column: string;
  message: string;
}

/** Adds rows, replacing older entries of the same rows. */
export async function quarantine(
  connection: PoolConnection,
  group: string,
  rows: readonly Refused[],
): Promise<void> {
  if (rows.length === 0) return;
  await connection.query(
    'REPLACE INTO _sk_quarantine (grp, tbl, row_key, col, reason, row_json, at) VALUES ?',
    [
      rows.map((row) => [
        group,
        row.table,
        keyText(row.key),
        row.column,
        row.reason,
        rowJson(row.row),
        new Date().toISOString().slice(0, 23).replace('T', ' '),
      ]),
    ],
  );
}

/** Forgets rows that arrived well. */
export async function release(
  connection: PoolConnection,
  group: string,
  table: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  await connection.query('DELETE FROM _sk_quarantine WHERE grp = ? AND tbl = ? AND row_key IN (?)', [
    group,
    table,
    keys,
  ]);
}

/** The keys (as text) in quarantine, by table. */
export async function quarantinedKeys(target: Pool, group: string): Promise<Map<string, Set<string>>> {
  const [rows] = await target.query<RowDataPacket[]>(
    'SELECT tbl, row_key FROM _sk_quarantine WHERE grp = ?',
    [group],
  );
  const keys = new Map<string, Set<string>>();
  for (const { tbl, row_key } of rows) {
    const known = keys.get(tbl) ?? new Set();
    keys.set(tbl, known.add(row_key));
  }
  return keys;
}

/** How many rows are in quarantine, and the latest of them. */
export async function quarantineSummary(
  target: Pool,
  group: string,
  limit = 20,
): Promise<{ count: number; samples: QuarantineSample[] }> {
  const [counted] = await target.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM _sk_quarantine WHERE grp = ?',
    [group],
  );
  const [rows] = await target.query<RowDataPacket[]>(
    'SELECT tbl, row_key, col, reason FROM _sk_quarantine WHERE grp = ? ORDER BY at DESC LIMIT ?',
    [group, limit],
  );
  const samples = rows.map((row) => ({
    table: row.tbl,
    key: row.row_key,
    column: row.col,
    message: row.reason,
  }));
  return { count: Number(counted[0]!.n), samples };
}

function rowJson(row: Row): string {
  return JSON.stringify(row, (_name, value) =>
    value !== null && typeof value === 'object' && value.type === 'Buffer'
      ? { hex: Buffer.from(value.data).toString('hex') }
      : value,
  );
}
