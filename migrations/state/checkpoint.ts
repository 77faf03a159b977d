/** Where a group stands, in SQL: its phase, its positions, who streams it. Every change is guarded by what it expects. */
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from '../../chassis/mysql.ts';
import type { Column } from '../rows/column.ts';
import type { Position } from '../stream/position.ts';
import type { Phase } from './phase.ts';

/** The state row of one group. */
export interface Checkpoint {
  group: string;
  phase: Phase;
  paused: boolean;
  /** Grows with every take-over of the stream; a holder of an older one can commit nothing. */
  epoch: number;
  /** Grows with every fresh copy; chunks belong to one plan. */
  plan: number;
  /** The columns of each source table as they were when planned. */
  shapes: Record<string, Column[]>;
  /** Rows expected when planned. */
  estimate: number;
  /** The exact place from which the stream makes the copy exact. */
  start?: Position;
  /** The place of the source's binlog when the last chunk was written. */
  copyEnd?: Position;
  /** Everything before this place is in the target. */
  position?: Position;
  gtid?: string;
  lagBytes?: number;
  lagSeconds?: number;
  applied: number;
  transactions: number;
  holder?: string;
  breaker: string;
  error?: string;
  /** Milliseconds since the epoch. */
  copyStartedAt?: number;
  copyEndedAt?: number;
  streamSeenAt?: number;
}

/** Reads a group's state. The state tables must exist. */
export async function readCheckpoint(target: Pool | PoolConnection, group: string): Promise<Checkpoint> {
  const [rows] = await target.query<RowDataPacket[]>(
    `SELECT *, UNIX_TIMESTAMP(copy_started_at) * 1000 AS started, UNIX_TIMESTAMP(copy_ended_at) * 1000 AS ended,
       UNIX_TIMESTAMP(stream_seen_at) * 1000 AS seen
     FROM _sk_checkpoint WHERE grp = ?`,
    [group],
  );
  return checkpointOf(rows[0]!);
}

/** Moves from one of the expected phases to another; false when the group stood elsewhere. */
export async function movePhase(
  target: Pool | PoolConnection,
  group: string,
  { from, to, error = null }: { from: readonly Phase[]; to: Phase; error?: string | null },
): Promise<boolean> {
  const [result] = await target.query<ResultSetHeader>(
    'UPDATE _sk_checkpoint SET phase = ?, error = ? WHERE grp = ? AND phase IN (?)',
    [to, error, group, from],
  );
  return result.affectedRows === 1;
}

/** Holds or releases a group's jobs. */
export async function setPaused(target: Pool, group: string, paused: boolean): Promise<void> {
  await target.query('UPDATE _sk_checkpoint SET paused = ? WHERE grp = ?', [paused ? 1 : 0, group]);
}

/** Takes the stream over: everybody who held it before is fenced out. */
export async function claimStream(target: Pool, group: string, holder: string): Promise<Checkpoint> {
  await target.query(
    'UPDATE _sk_checkpoint SET epoch = epoch + 1, holder = ?, stream_seen_at = NOW(3) WHERE grp = ?',
    [holder, group],
  );
  return readCheckpoint(target, group);
}

/** What one committed batch, or a heartbeat, says about the stream. */
export interface StreamMark {
  position: Position;
  gtid?: string;
  applied: number;
  transactions: number;
}

/** Moves the position, if nobody took the stream over; false means fenced out. */
export async function advanceStream(
  target: Pool | PoolConnection,
  group: string,
  epoch: number,
  mark: StreamMark,
): Promise<boolean> {
  const [result] = await target.query<ResultSetHeader>(
    `UPDATE _sk_checkpoint SET file = ?, \`offset\` = ?, gtid = COALESCE(?, gtid), applied = applied + ?,
       transactions = transactions + ?, stream_seen_at = NOW(3) WHERE grp = ? AND epoch = ?`,
    [
      mark.position.file,
      mark.position.offset,
      mark.gtid ?? null,
      mark.applied,
      mark.transactions,
      group,
      epoch,
    ],
  );
  return result.affectedRows === 1;
}

/** Notes how far behind the stream is and how its resources are; false means fenced out. */
export async function noteStream(
  target: Pool,
  group: string,
  epoch: number,
  { lagBytes, lagSeconds, breaker }: { lagBytes: number; lagSeconds: number; breaker: string },
): Promise<boolean> {
  const [result] = await target.query<ResultSetHeader>(
    `UPDATE _sk_checkpoint SET lag_bytes = ?, lag_seconds = ?, breaker = ?, stream_seen_at = NOW(3)
     WHERE grp = ? AND epoch = ?`,
    [lagBytes, lagSeconds, breaker, group, epoch],
  );
  return result.affectedRows === 1;
}

function checkpointOf(row: RowDataPacket): Checkpoint {
  return {
    group: row.grp,
    phase: row.phase as Phase,
    paused: row.paused === 1,
    epoch: Number(row.epoch),
    plan: Number(row.plan),
    shapes: row.shapes === null ? {} : JSON.parse(row.shapes),
    estimate: Number(row.estimate),
    start: positionOf(row.start_file, row.start_offset),
    copyEnd: positionOf(row.copy_end_file, row.copy_end_offset),
    position: positionOf(row.file, row.offset),
    gtid: row.gtid ?? undefined,
    lagBytes: numberOf(row.lag_bytes),
    lagSeconds: numberOf(row.lag_seconds),
    applied: Number(row.applied),
    transactions: Number(row.transactions),
    holder: row.holder ?? undefined,
    breaker: row.breaker,
    error: row.error ?? undefined,
    copyStartedAt: numberOf(row.started),
    copyEndedAt: numberOf(row.ended),
    streamSeenAt: numberOf(row.seen),
  };
}

function positionOf(file: string | null, offset: string | number | null): Position | undefined {
  return file === null || offset === null ? undefined : { file, offset: Number(offset) };
}

function numberOf(value: string | number | null): number | undefined {
  return value === null ? undefined : Number(value);
}
