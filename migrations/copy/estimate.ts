/** How many rows a copy will see, without counting them. */
import type { Pool, RowDataPacket } from '../../chassis/mysql.ts';

/** The optimizer's estimate of the rows of all the tables together. */
export async function estimateRows(source: Pool, tables: readonly string[]): Promise<number> {
  const [rows] = await source.query<RowDataPacket[]>(
    `SELECT COALESCE(SUM(TABLE_ROWS), 0) AS n FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)`,
    [tables],
  );
  return Number(rows[0]!.n);
}
