import mysql, { type Pool, type PoolConnection, type ResultSetHeader } from 'mysql2';

/** A value as the driver hands it over: BIGINT, DECIMAL and dates are strings, NULL is null. */
export type Cell = string | number | null;
export type Row = Record<string, Cell>;
export type Arg = string | number | bigint | null | Arg[];
export type Db = Pool;

/** The session every statement of the shop runs in. Not strict, because rows from 2009 hold zero dates. */
export const SESSION = "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'";

/**
 * Opens the shop's connection pool.
 * @param url `mysql://user:password@host:port/database`
 */
export function openDb(url: string, connections = 10): Db {
  const pool = mysql.createPool({
    uri: url,
    connectionLimit: connections,
    charset: 'utf8mb4',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  pool.on('connection', (connection: PoolConnection) => {
    connection.query(SESSION, () => {});
  });
  return pool;
}

/** Runs a SELECT and gives its rows. */
export function rows<T = Row>(db: Pool | PoolConnection, sql: string, args: Arg[] = []): Promise<T[]> {
  return new Promise((resolve, reject) => {
    db.query(sql, args, (err, result) => (err ? reject(err) : resolve(result as T[])));
  });
}

/** Runs a SELECT and gives its first row. */
export async function row<T = Row>(
  db: Pool | PoolConnection,
  sql: string,
  args: Arg[] = [],
): Promise<T | undefined> {
  return (await rows<T>(db, sql, args))[0];
}

/** Runs an INSERT, UPDATE or DELETE. */
export function run(db: Pool | PoolConnection, sql: string, args: Arg[] = []): Promise<ResultSetHeader> {
  return new Promise((resolve, reject) => {
    db.query(sql, args, (err, result) => (err ? reject(err) : resolve(result as ResultSetHeader)));
  });
}

/** Borrows a connection; the caller gives it back with release() or destroy(). */
export function borrow(db: Db): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    db.getConnection((err, connection) => (err ? reject(err) : resolve(connection)));
  });
}

/**
 * Runs work in one transaction, again (at most three times) when the database ends it because of another one.
 * A connection that cannot roll back is destroyed, not put back.
 */
export async function transaction<T>(db: Db, work: (connection: PoolConnection) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await transactionOnce(db, work);
    } catch (err) {
      if (tries === 3 || !RETRIED.has((err as { code?: string }).code ?? '')) throw err;
    }
  }
}

const RETRIED = new Set(['ER_LOCK_DEADLOCK', 'ER_CHECKREAD']);

/** Runs work in one transaction, once: for work that cannot be started again. */
export async function transactionOnce<T>(
  db: Db,
  work: (connection: PoolConnection) => Promise<T>,
): Promise<T> {
  const connection = await borrow(db);
  try {
    await run(connection, 'START TRANSACTION');
    const result = await work(connection);
    await run(connection, 'COMMIT');
    connection.release();
    return result;
  } catch (err) {
    await run(connection, 'ROLLBACK').then(
      () => connection.release(),
      () => connection.destroy(),
    );
    throw err;
  }
}

/** Closes the pool when its statements have ended. */
export function closeDb(db: Db): Promise<void> {
  return new Promise((resolve, reject) => {
    db.end((err) => (err ? reject(err) : resolve()));
  });
}

/** True for the error of a second row under one unique key. */
export function isDuplicate(err: unknown): boolean {
  return (err as { code?: string } | null)?.code === 'ER_DUP_ENTRY';
}
