/** Verifications wanted, running and done, in SQL. */
import type { Pool, ResultSetHeader, RowDataPacket } from '../../chassis/mysql.ts';
import { isClean, type VerifyResult } from '../verify/result.ts';

/** A finished verification. */
export interface Verified extends VerifyResult {
  clean: boolean;
  /** Milliseconds since the epoch. */
  at: number;
}

/** The newest verification of a group. */
export interface VerifyRun {
  id: number;
  state: 'wanted' | 'running' | 'done' | 'failed';
  seen: number;
  error?: string;
}

/** Wants a verification; joins the one that is wanted or running already. */
export async function wantVerify(target: Pool, group: string): Promise<number> {
  const [open] = await target.query<RowDataPacket[]>(
    "SELECT id FROM _sk_verify WHERE grp = ? AND state IN ('wanted', 'running') LIMIT 1",
    [group],
  );
  if (open[0]) return Number(open[0].id);
  const [result] = await target.query<ResultSetHeader>(
    "INSERT INTO _sk_verify (grp, state, wanted_at) VALUES (?, 'wanted', NOW(3))",
    [group],
  );
  return Number(result.insertId);
}

/** The ids of verifications that are not finished. */
export async function openVerifies(target: Pool, group: string): Promise<number[]> {
  const [rows] = await target.query<RowDataPacket[]>(
    "SELECT id FROM _sk_verify WHERE grp = ? AND state IN ('wanted', 'running')",
    [group],
  );
  return rows.map(({ id }) => Number(id));
}

/** Takes a verification over; whoever had it can no longer finish it. */
export async function claimVerify(target: Pool, id: number, holder: string): Promise<boolean> {
  const [result] = await target.query<ResultSetHeader>(
    `UPDATE _sk_verify SET state = 'running', holder = ?, seen = 0
     WHERE id = ? AND state IN ('wanted', 'running')`,
    [holder, id],
  );
  return result.affectedRows === 1;
}

/** Notes how many rows were seen. */
export async function noteVerify(target: Pool, id: number, holder: string, seen: number): Promise<void> {
  await target.query('UPDATE _sk_verify SET seen = ? WHERE id = ? AND holder = ?', [seen, id, holder]);
}

/** Finishes a verification with its result or its error. */
export async function finishVerify(
  target: Pool,
  id: number,
  holder: string,
  outcome: { result: VerifyResult } | { error: string },
): Promise<void> {
  const done = 'result' in outcome;
  await target.query(
    `UPDATE _sk_verify SET state = ?, result = ?, error = ?, ended_at = NOW(3)
     WHERE id = ? AND holder = ? AND state = 'running'`,
    [
      done ? 'done' : 'failed',
      done ? JSON.stringify(outcome.result) : null,
      done ? null : outcome.error,
      id,
      holder,
    ],
  );
}

/** The newest verification, whatever its state. */
export async function latestVerify(target: Pool, group: string): Promise<VerifyRun | undefined> {
  const [rows] = await target.query<RowDataPacket[]>(
    'SELECT id, state, seen, error FROM _sk_verify WHERE grp = ? ORDER BY id DESC LIMIT 1',
    [group],
  );
  const row = rows[0];
  return (
    row && { id: Number(row.id), state: row.state, seen: Number(row.seen), error: row.error ?? undefined }
  );
}

/** The newest finished result. */
export async function latestVerified(target: Pool, group: string): Promise<Verified | undefined> {
  const [rows] = await target.query<RowDataPacket[]>(
    `SELECT result, UNIX_TIMESTAMP(ended_at) * 1000 AS at FROM _sk_verify
     WHERE grp = ? AND state = 'done' ORDER BY id DESC LIMIT 1`,
    [group],
  );
  if (!rows[0]) return undefined;
  const result = JSON.parse(rows[0].result) as VerifyResult;
  return { ...result, clean: isClean(result), at: Number(rows[0].at) };
}
