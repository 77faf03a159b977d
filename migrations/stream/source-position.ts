/** What the source says about its binlog. */
import type { Pool, PoolConnection, RowDataPacket } from '../../chassis/mysql.ts';
import type { Position } from './position.ts';

/** The end of the source's binlog now. */
export async function readSourcePosition(source: Pool | PoolConnection): Promise<Position> {
  const [rows] = await source.query<RowDataPacket[]>('SHOW MASTER STATUS');
  return { file: rows[0]!.File, offset: Number(rows[0]!.Position) };
}

/** The binlog files the source still has, with their sizes in bytes. */
export async function readBinlogFiles(source: Pool): Promise<Map<string, number>> {
  const [rows] = await source.query<RowDataPacket[]>('SHOW BINARY LOGS');
  return new Map(rows.map((row) => [row.Log_name, Number(row.File_size)]));
}

/** An exact position without any lock: everything before it is visible, nothing after it is. MariaDB only. */
export async function readSnapshotPosition(source: Pool): Promise<Position & { gtid?: string }> {
  const connection = await source.getConnection();
  try {
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    const [rows] = await connection.query<RowDataPacket[]>("SHOW STATUS LIKE 'binlog_snapshot_%'");
    const status = new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
    await connection.query('ROLLBACK');
    const file = status.get('binlog_snapshot_file');
    const offset = Number(status.get('binlog_snapshot_position'));
    const [gtids] = await connection.query<RowDataPacket[]>('SELECT BINLOG_GTID_POS(?, ?) AS gtid', [
      file,
      offset,
    ]);
    return { file, offset, gtid: gtids[0]!.gtid ?? undefined };
  } finally {
    connection.release();
  }
}
