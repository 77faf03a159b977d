/** Begins a fresh copy: exact start position, emptied target tables, chunks; all of it or nothing of it. */
import { type PoolConnection, type ResultSetHeader, withTransaction } from '../../chassis/mysql.ts';
import type { GroupTable, OpenGroup } from '../group/group.ts';
import { identifier } from '../rows/literal.ts';
import { readCheckpoint } from '../state/checkpoint.ts';
import { type Chunk, forgetChunks, insertChunks, pendingChunks } from '../state/chunks.ts';
import { type Position, showPosition } from '../stream/position.ts';
import { readSnapshotPosition, readSourcePosition } from '../stream/source-position.ts';
import { type Deferral, deferKeys, restoreKeys, withKeyLock } from './defer-keys.ts';
import { estimateRows } from './estimate.ts';
import { planChunks } from './plan.ts';

/** What preparing came to. */
export interface Prepared {
  deferrals: Deferral[];
}

/** Prepares a copy for a group in phase `preparing`; undefined when it no longer is, or somebody else is at it. */
export async function prepareCopy(
  group: OpenGroup,
  tables: readonly GroupTable[],
): Promise<Prepared | undefined> {
  return withKeyLock(group, async (connection) => {
    if ((await readCheckpoint(connection, group.name)).phase !== 'preparing') return undefined;
    const deferrals = await deferKeys(connection, group, tables);
    return (await beginCopy(group, tables)) ? { deferrals } : undefined;
  });
}

async function beginCopy(group: OpenGroup, tables: readonly GroupTable[]): Promise<boolean> {
  const start = await readSnapshotPosition(group.source);
  const chunks: Chunk[] = [];
  for (const table of tables)
    chunks.push(...(await planChunks(group.source, table, group.config.copy.chunkRows)));
  const estimate = await estimateRows(
    group.source,
    tables.map(({ name }) => name),
  );
  return withTransaction(group.target, async (connection) => {
    const { plan, phase } = await readCheckpoint(connection, group.name);
    if (phase !== 'preparing') return false;
    if (!(await recordPlan(connection, group, tables, { start, estimate, plan: plan + 1 }))) return false;
    for (const { main, children } of tables)
      for (const { table } of [...children, main])
        await connection.query(`DELETE FROM ${identifier(table.name)}`);
    await connection.query('DELETE FROM _sk_quarantine WHERE grp = ?', [group.name]);
    await forgetChunks(connection, group.name, plan + 1);
    await insertChunks(connection, group.name, plan + 1, chunks);
    return true;
  });
}

/** Builds the deferred keys once no chunk is pending; nothing when somebody else is at it. Raises COPY_INDEX. */
export async function buildIndexes(group: OpenGroup, plan: number): Promise<void> {
  await withKeyLock(group, async (connection) => {
    const checkpoint = await readCheckpoint(connection, group.name);
    if (checkpoint.phase !== 'copying' || checkpoint.paused || checkpoint.plan !== plan) return;
    const pending = await pendingChunks(group.target, group.name, plan, 1);
    if (pending.length === 0) await restoreKeys(connection, group);
  });
}

/**
 * Marks the copy as complete once no chunk is pending and no key is owed: the stream starts, and is caught up
 * once it passes this place.
 */
export async function finishCopy(
  { name, source, target }: OpenGroup,
  plan: number,
): Promise<string | undefined> {
  const end = await readSourcePosition(source);
  const [result] = await target.query<ResultSetHeader>(
    `UPDATE _sk_checkpoint SET phase = 'streaming', copy_end_file = ?, copy_end_offset = ?, copy_ended_at = NOW(3)
     WHERE grp = ? AND plan = ? AND phase = 'copying'
       AND NOT EXISTS (SELECT 1 FROM _sk_chunk WHERE grp = ? AND plan = ? AND state = 'pending')
       AND NOT EXISTS (SELECT 1 FROM _sk_deferred_key WHERE grp = ?)`,
    [end.file, end.offset, name, plan, name, plan, name],
  );
  return result.affectedRows === 1 ? showPosition(end) : undefined;
}

async function recordPlan(
  connection: PoolConnection,
  group: OpenGroup,
  tables: readonly GroupTable[],
  { start, estimate, plan }: { start: Position & { gtid?: string }; estimate: number; plan: number },
): Promise<boolean> {
  const shapes = JSON.stringify(Object.fromEntries(tables.map(({ name, source }) => [name, source.columns])));
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE _sk_checkpoint SET phase = 'copying', plan = ?, epoch = epoch + 1, mapping_version = ?, shapes = ?,
       estimate = ?, start_file = ?, start_offset = ?, start_gtid = ?, file = ?, \`offset\` = ?, gtid = ?,
       copy_end_file = NULL, copy_end_offset = NULL, copy_started_at = NOW(3), copy_ended_at = NULL,
       applied = 0, transactions = 0, lag_bytes = NULL, lag_seconds = NULL, error = NULL
     WHERE grp = ? AND plan = ? AND phase = 'preparing'`,
    [
      plan,
      group.mappingVersion,
      shapes,
      estimate,
      start.file,
      start.offset,
      start.gtid ?? null,
      start.file,
      start.offset,
      start.gtid ?? null,
      group.name,
      plan - 1,
    ],
  );
  return result.affectedRows === 1;
}
