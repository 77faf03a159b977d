/** The chunks of a copy plan, in SQL. */
import type { Value } from '../../acl/value.ts';
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from '../../chassis/mysql.ts';
import { keyText, parseKey } from '../rows/key.ts';

/** A piece of one source table: `lower < key <= upper`; a missing bound is open. */
export interface Chunk {
  table: string;
  seq: number;
  lower?: Value[];
  upper?: Value[];
}

/** How far a copy is. */
export interface CopyProgress {
  rows: number;
  chunks: { done: number; total: number };
}

/** Writes the chunks of a plan. */
export async function insertChunks(
  connection: PoolConnection,
  group: string,
  plan: number,
  chunks: readonly Chunk[],
): Promise<void> {
  for (let at = 0; at < chunks.length; at += 500) {
    const rows = chunks
      .slice(at, at + 500)
      .map(({ table, seq, lower, upper }) => [group, plan, table, seq, textOf(lower), textOf(upper)]);
    await connection.query('INSERT INTO _sk_chunk (grp, plan, tbl, seq, lower_key, upper_key) VALUES ?', [
      rows,
    ]);
  }
}

/** Forgets the chunks of older plans. */
export async function forgetChunks(connection: PoolConnection, group: string, before: number): Promise<void> {
  await connection.query('DELETE FROM _sk_chunk WHERE grp = ? AND plan < ?', [group, before]);
}

/** The first pending chunks of a plan. */
export async function pendingChunks(
  target: Pool,
  group: string,
  plan: number,
  limit: number,
): Promise<Chunk[]> {
  const [rows] = await target.query<RowDataPacket[]>(
    `SELECT tbl, seq, lower_key, upper_key FROM _sk_chunk
     WHERE grp = ? AND plan = ? AND state = 'pending' ORDER BY tbl, seq LIMIT ?`,
    [group, plan, limit],
  );
  return rows.map(chunkOf);
}

/** One chunk, if it is still pending. */
export async function findPending(
  target: Pool,
  group: string,
  plan: number,
  table: string,
  seq: number,
): Promise<Chunk | undefined> {
  const [rows] = await target.query<RowDataPacket[]>(
    `SELECT tbl, seq, lower_key, upper_key FROM _sk_chunk
     WHERE grp = ? AND plan = ? AND tbl = ? AND seq = ? AND state = 'pending'`,
    [group, plan, table, seq],
  );
  return rows[0] && chunkOf(rows[0]);
}

/** Marks a chunk done, first in the transaction of its rows; false when somebody else did it. */
export async function claimChunk(
  connection: PoolConnection,
  group: string,
  plan: number,
  { table, seq }: Chunk,
): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE _sk_chunk SET state = 'done', done_at = NOW(3)
     WHERE grp = ? AND plan = ? AND tbl = ? AND seq = ? AND state = 'pending'`,
    [group, plan, table, seq],
  );
  return result.affectedRows === 1;
}

/** Notes how many rows a claimed chunk had. */
export async function noteChunk(
  connection: PoolConnection,
  group: string,
  plan: number,
  { table, seq }: Chunk,
  rows: number,
): Promise<void> {
  await connection.query(
    'UPDATE _sk_chunk SET row_count = ? WHERE grp = ? AND plan = ? AND tbl = ? AND seq = ?',
    [rows, group, plan, table, seq],
  );
}

/** Counts the chunks and rows of a plan. */
export async function copyProgress(target: Pool, group: string, plan: number): Promise<CopyProgress> {
  const [rows] = await target.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS total, COALESCE(SUM(state = 'done'), 0) AS done, COALESCE(SUM(row_count), 0) AS n
     FROM _sk_chunk WHERE grp = ? AND plan = ?`,
    [group, plan],
  );
  const { total, done, n } = rows[0]!;
  return { rows: Number(n), chunks: { done: Number(done), total: Number(total) } };
}

function chunkOf(row: RowDataPacket): Chunk {
  return {
    table: row.tbl,
    seq: Number(row.seq),
    lower: row.lower_key === null ? undefined : parseKey(row.lower_key),
    upper: row.upper_key === null ? undefined : parseKey(row.upper_key),
  };
}

function textOf(key: Value[] | undefined): string | null {
  return key === undefined ? null : keyText(key);
}
