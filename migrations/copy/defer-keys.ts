/**
 * Takes secondary keys away from empty target tables before a copy and builds them when it ends: sorting all
 * rows once costs far less than finding each row's place. What is taken away is noted in SQL before it goes.
 * Idea: Vitess (`--defer-secondary-keys`).
 */
import type { Pool, PoolConnection, RowDataPacket } from '../../chassis/mysql.ts';
import { migrationErrors } from '../errors.ts';
import type { GroupTable, OpenGroup } from '../group/group.ts';
import { identifier } from '../rows/literal.ts';
import { deferredKeys, forgetDeferred, noteDeferred, type SecondaryKey } from '../state/deferred-keys.ts';
import { droppableKeys, keyNames } from './secondary-keys.ts';

/** What became of one table's keys. */
export interface Deferral {
  table: string;
  keys: string[];
  /** False when this user may not change the table: its keys stay. */
  allowed: boolean;
}

/** Notes and drops the plain keys of the group's empty target tables. Needs the group's key lock. */
export async function deferKeys(
  connection: PoolConnection,
  group: Pick<OpenGroup, 'name' | 'config'>,
  tables: readonly GroupTable[],
): Promise<Deferral[]> {
  if (!group.config.copy.deferIndexes) return [];
  const deferrals: Deferral[] = [];
  for (const { main, children } of tables)
    for (const { table } of [main, ...children]) {
      const keys = (await isEmpty(connection, table.name)) ? await droppableKeys(connection, table.name) : [];
      if (keys.length === 0) continue;
      const allowed = await mayAlter(connection, table.name);
      deferrals.push({ table: table.name, keys: keys.map(({ name }) => name), allowed });
      if (!allowed) continue;
      await noteDeferred(connection, group.name, keys);
      await alter(
        connection,
        table.name,
        keys.map(({ name }) => `DROP KEY ${identifier(name)}`),
      );
    }
  return deferrals;
}

/**
 * Builds every key that the group owes and that is not there, each table's in one statement, the tables side by
 * side, and forgets the debts. Needs the group's key lock; run again after any interruption, it goes on.
 * Raises COPY_INDEX.
 */
export async function restoreKeys(
  connection: PoolConnection,
  { name, target }: Pick<OpenGroup, 'name' | 'target'>,
): Promise<void> {
  const debts = [...(await deferredKeys(connection, name))];
  const built = await Promise.allSettled(debts.map(([table, keys]) => buildKeys(target, name, table, keys)));
  const failed = built.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  // On the connection that has the lock: who lost it must not forget what another has noted since.
  for (const [table] of debts) await forgetDeferred(connection, name, table);
}

async function buildKeys(target: Pool, group: string, table: string, keys: readonly SecondaryKey[]) {
  const present = await keyNames(target, table);
  const missing = keys.filter(({ name }) => !present.has(name));
  const changes = missing.map(({ definition }) => `ADD ${definition}`);
  await alter(target, table, changes).catch((error) => {
    throw explain(error, group, table, missing);
  });
}

/**
 * Runs `work` with the lock that whoever drops or builds a group's keys must hold, or not at all: undefined when
 * somebody else has it. The server keeps it as long as a statement of a holder that died still runs.
 */
export async function withKeyLock<T>(
  { name, target }: Pick<OpenGroup, 'name' | 'target'>,
  work: (connection: PoolConnection) => Promise<T>,
): Promise<T | undefined> {
  const connection = await target.getConnection();
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT GET_LOCK(CONCAT('sk-keys-', MD5(CONCAT(DATABASE(), '/', ?))), 0) AS mine",
      [name],
    );
    if (Number(rows[0]!.mine) !== 1) return undefined;
    return await work(connection);
  } finally {
    // Gives up the lock, whatever became of the work.
    connection.destroy();
  }
}

/** Whether this user may change a table's keys, asked by a change that cannot succeed. */
export async function mayAlter(connection: Pool | PoolConnection, table: string): Promise<boolean> {
  try {
    await connection.query(`ALTER TABLE ${identifier(table)} DROP KEY _sk_no_such_key`);
    return true;
  } catch (error) {
    const { errno } = error as { errno?: number };
    if (errno === CANNOT_DROP) return true;
    if (errno === DENIED) return false;
    throw error;
  }
}

const CANNOT_DROP = 1091;
const DENIED = 1142;

async function isEmpty(connection: PoolConnection, table: string): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT 1 FROM ${identifier(table)} LIMIT 1`);
  return rows.length === 0;
}

async function alter(
  connection: Pool | PoolConnection,
  table: string,
  changes: readonly string[],
): Promise<void> {
  if (changes.length > 0) await connection.query(`ALTER TABLE ${identifier(table)} ${changes.join(', ')}`);
}

// Lock waits and deadlocks, a server that shuts down, a statement that somebody killed, a key that the statement
// of a holder that died has built in the meantime.
const PASSING = [1205, 1213, 1053, 1317, 1927, 1061];

/** An answer of the server that trying again will not change, in words; a lost connection is not one. */
function explain(error: unknown, group: string, table: string, keys: readonly SecondaryKey[]): unknown {
  const { errno, sqlState, message } = error as { errno?: number; sqlState?: string; message?: string };
  if (errno === undefined || !sqlState || PASSING.includes(errno)) return error;
  const names = keys.map(({ name }) => name).join(', ');
  return migrationErrors.error('COPY_INDEX', { group, table, keys: names, reason: message }, error);
}
