/**
 * Writes changes of one source table inside a target transaction. A row that the server refuses is refused
 * alone: a unique value that another row holds is never overwritten. A refused row is not in the target.
 */

import type { Row, Value } from '../../acl/value.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { PoolConnection } from '../../chassis/mysql.ts';
import type { GroupTable, TargetTable } from '../group/group.ts';
import { keyOf, keyText } from '../rows/key.ts';
import { selectRows, whereKeys } from '../rows/select.ts';
import type { Refused } from '../state/quarantine.ts';
import { type Change, sourceKeyOf, targetKeyOf } from './change.ts';
import { isCollision, isDataError } from './data-error.ts';
import { deleteStatements, insertStatements } from './statements.ts';

type Put = Extract<Change, { kind: 'put' }>;

/** Whether the rows may be there already: not in a fresh copy. */
export type Terrain = 'fresh' | 'lived-in';

/** Writes the changes and returns the rows that were refused, by the mapping or by the server. */
export async function writeChanges(
  connection: PoolConnection,
  table: GroupTable,
  changes: readonly Change[],
  terrain: Terrain,
): Promise<Refused[]> {
  const refused = changes.flatMap((change) =>
    change.kind === 'refuse' ? [refusedOf(table, change, change.column, change.reason)] : [],
  );
  const puts = changes.filter((change) => change.kind === 'put');
  if (terrain === 'lived-in') {
    const gone = changes.filter(({ kind }) => kind !== 'put').map((change) => targetKeyOf(table, change));
    await remove(
      connection,
      table,
      gone.filter(({ length }) => length > 0),
    );
  }
  if (puts.length === 0) return refused;
  await connection.query('SAVEPOINT sk_batch');
  try {
    await writeTogether(connection, table, puts, terrain);
    return refused;
  } catch (error) {
    if (!isDataError(error)) throw error;
    await connection.query('ROLLBACK TO SAVEPOINT sk_batch');
    return [...refused, ...(await writeOneByOne(connection, table, puts))];
  }
}

async function writeTogether(
  connection: PoolConnection,
  table: GroupTable,
  puts: readonly Put[],
  terrain: Terrain,
) {
  if (terrain === 'lived-in') await clearChildren(connection, table, puts);
  const rows = rowsOf(table.main, puts);
  if (terrain === 'fresh') await run(connection, insertStatements(table.main, rows, 'insert'));
  else if (table.main.table.uniqueKeys.length === 0)
    await run(connection, insertStatements(table.main, rows, 'upsert'));
  else await writeGuarded(connection, table.main, rows);
  for (const child of table.children)
    await run(connection, insertStatements(child, rowsOf(child, puts), 'insert'));
}

/**
 * With a second unique key an upsert may change another row than the one it names. So rows whose unique values
 * change are removed first (which lets values be swapped), rows that are not there are inserted plainly, and
 * only rows that keep their unique values are upserted.
 */
async function writeGuarded(
  connection: PoolConnection,
  target: TargetTable,
  rows: readonly Row[],
): Promise<void> {
  const names = target.key.map(({ name }) => name);
  const unique = [...new Set(target.table.uniqueKeys.flat())];
  const columns = target.table.columns.filter(({ name }) => names.includes(name) || unique.includes(name));
  const keys = rows.map((row) => keyOf(row, names));
  const present = await selectRows(
    connection,
    target.table,
    columns,
    `${whereKeys(target.key, keys)} FOR UPDATE`,
  );
  const known = new Map(present.map((row) => [keyText(keyOf(row, names)), row]));
  const kept = (row: Row) => {
    const old = known.get(keyText(keyOf(row, names)));
    return (
      old !== undefined &&
      unique.every((name) => !(name in row) || keyText([row[name]!]) === keyText([old[name]!]))
    );
  };
  const anew = rows.filter((row) => !kept(row));
  await run(
    connection,
    deleteStatements(
      target,
      anew.map((row) => keyOf(row, names)),
    ),
  );
  await run(connection, insertStatements(target, anew, 'insert'));
  await run(connection, insertStatements(target, rows.filter(kept), 'upsert'));
}

/** A collision may be with a row that a later change moves away: collided rows are tried until none gets through. */
async function writeOneByOne(
  connection: PoolConnection,
  table: GroupTable,
  puts: readonly Put[],
): Promise<Refused[]> {
  const refused: Refused[] = [];
  let waiting = [...puts];
  while (waiting.length > 0) {
    const collided: { put: Put; reason: string }[] = [];
    for (const put of waiting) {
      const error = await writeAlone(connection, table, put);
      if (error === undefined) continue;
      if (isCollision(error)) collided.push({ put, reason: reasonFor(table, put, error) });
      else refused.push(refusedOf(table, put, '', reasonFor(table, put, error)));
    }
    if (collided.length < waiting.length && collided.length > 0) {
      waiting = collided.map(({ put }) => put);
      continue;
    }
    refused.push(...collided.map(({ put, reason }) => refusedOf(table, put, '', reason)));
    break;
  }
  return refused;
}

async function writeAlone(connection: PoolConnection, table: GroupTable, put: Put): Promise<unknown> {
  await remove(connection, table, [targetKeyOf(table, put)]);
  await connection.query('SAVEPOINT sk_row');
  try {
    await run(connection, insertStatements(table.main, rowsOf(table.main, [put]), 'insert'));
    for (const child of table.children)
      await run(connection, insertStatements(child, rowsOf(child, [put]), 'insert'));
    return undefined;
  } catch (error) {
    if (!isDataError(error)) throw error;
    await connection.query('ROLLBACK TO SAVEPOINT sk_row');
    return error;
  }
}

async function remove(
  connection: PoolConnection,
  table: GroupTable,
  keys: readonly Value[][],
): Promise<void> {
  for (const child of table.children) await run(connection, deleteStatements(child, keys));
  await run(connection, deleteStatements(table.main, keys));
}

async function clearChildren(
  connection: PoolConnection,
  table: GroupTable,
  puts: readonly Put[],
): Promise<void> {
  const keys = puts.map((put) => targetKeyOf(table, put));
  for (const child of table.children) await run(connection, deleteStatements(child, keys));
}

async function run(connection: PoolConnection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await connection.query(statement);
}

function rowsOf(target: TargetTable, puts: readonly Put[]): Row[] {
  const name = target.table.name;
  const rows: Row[] = [];
  for (const put of puts) for (const entry of put.rows) if (entry.table === name) rows.push(entry.row);
  return rows;
}

function refusedOf(table: GroupTable, change: Change, column: string, reason: string): Refused {
  return { table: table.name, key: sourceKeyOf(table, change), row: change.row, column, reason };
}

function reasonFor(table: GroupTable, put: Put, error: unknown): string {
  return `Target table ${table.main.table.name} refuses the row ${keyText(targetKeyOf(table, put))}: ${messageOf(error)}.`;
}
