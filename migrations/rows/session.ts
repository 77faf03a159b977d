/** Pools whose sessions read and write values exactly as they are. */
import { createPool, type Pool } from '../../chassis/mysql.ts';

/** Reading: UTC, so that TIMESTAMPs are the same text in a SELECT and in the binlog. */
const READ = ["SET SESSION time_zone = '+00:00', sql_mode = ''"];

/**
 * Writing: strict, but zero dates and id 0 pass; keys are not chased, the source already did. Who waits for a
 * table (lock_wait_timeout, seconds) keeps everybody behind waiting too, so not for long.
 */
const WRITE = [
  "SET SESSION time_zone = '+00:00', foreign_key_checks = 0, innodb_lock_wait_timeout = 10, lock_wait_timeout = 30",
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ERROR_FOR_DIVISION_BY_ZERO'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** A pool of reading sessions. */
export function openSource(url: string, connections: number): Pool {
  return prepared(url, connections, READ);
}

/** A pool of writing sessions. */
export function openTarget(url: string, connections: number): Pool {
  return prepared(url, connections, WRITE);
}

function prepared(url: string, connections: number, settings: readonly string[]): Pool {
  const pool = createPool(url, { connectionLimit: connections, maxIdle: connections });
  // They are queued before anything the taker of the connection sends.
  pool.pool.on('connection', (connection) => {
    for (const statement of settings) connection.query(statement, () => {});
  });
  return pool;
}
