/** The door to mysql2, with the settings under which values arrive as they left. */
import { createConnection as createRawConnection, format, type Connection as RawConnection } from 'mysql2';
import mysql, {
  type Connection,
  type ConnectionOptions,
  type Pool,
  type PoolConnection,
  type PoolOptions,
} from 'mysql2/promise';
import { defineErrors, EXIT, type KitError, messageOf } from './errors.ts';

export type { FieldPacket, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
export type { Connection, ConnectionOptions, Pool, PoolConnection, RawConnection };

/** Numbers beyond 2^53, decimals, dates and JSON arrive as text; times are UTC; bytes are UTF-8. */
export const FIDELITY_OPTIONS = {
  supportBigNumbers: true,
  bigNumberStrings: true,
  decimalNumbers: false,
  dateStrings: true,
  jsonStrings: true,
  timezone: 'Z',
  charset: 'utf8mb4',
  multipleStatements: false,
  // mysql2 would search a statement without values for placeholders, which costs more than building it.
  queryFormat: (sql: string, values: unknown) =>
    Array.isArray(values) && values.length === 0 ? sql : format(sql, values as never, false, 'Z'),
} as const satisfies ConnectionOptions;

export const databaseErrors = defineErrors({
  DATABASE_UNREACHABLE: {
    status: 503,
    exit: EXIT.unreachable,
    message: ({ url, reason }) =>
      `Database ${url} does not answer (${reason}); expected a running MariaDB or MySQL.`,
    remedy: 'Start the server, or mend host and port of the URL; `strangler check` tries it again.',
  },
  DATABASE_ACCESS_DENIED: {
    status: 403,
    exit: EXIT.unreachable,
    message: ({ url, reason }) => `Database ${url} refuses this user or password (${reason}).`,
    remedy: 'Mend user and password in the URL, or grant the user access from this host.',
  },
  DATABASE_UNKNOWN: {
    status: 404,
    exit: EXIT.unreachable,
    message: ({ url, reason }) => `Database ${url} does not exist, or this user may not see it (${reason}).`,
    remedy: 'Create the database, mend its name in the URL, or grant the user access to it.',
  },
});

/** A pool with the fidelity settings; `url` is `mysql://user:password@host:port/database`. */
export function createPool(url: string, options: PoolOptions = {}): Pool {
  return mysql.createPool({ ...FIDELITY_OPTIONS, ...urlOptions(url), connectTimeout: 5_000, ...options });
}

/** One connection. Raises DATABASE_UNREACHABLE, DATABASE_ACCESS_DENIED or DATABASE_UNKNOWN. */
export async function connect(url: string, options: ConnectionOptions = {}): Promise<Connection> {
  try {
    return await mysql.createConnection({
      ...FIDELITY_OPTIONS,
      ...urlOptions(url),
      connectTimeout: 5_000,
      ...options,
    });
  } catch (error) {
    throw explainDatabaseError(error, url);
  }
}

/** One connection with callbacks and streams, for hot paths. */
export function connectRaw(url: string, options: ConnectionOptions = {}): RawConnection {
  return createRawConnection({ ...FIDELITY_OPTIONS, ...urlOptions(url), connectTimeout: 5_000, ...options });
}

/** Runs `work` in one transaction on one connection of the pool; rolls back when it throws. */
export async function withTransaction<T>(
  pool: Pool,
  work: (connection: PoolConnection) => Promise<T>,
): Promise<T> {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    const result = await work(connection);
    await connection.commit();
    connection.release();
    return result;
  } catch (error) {
    await connection.rollback().then(
      () => connection.release(),
      () => connection.destroy(),
    );
    throw error;
  }
}

/** Names what is wrong with a connection, as a KitError when it is one of the three usual things. */
export function explainDatabaseError(error: unknown, url: string): unknown {
  const code = (error as { code?: string }).code ?? '';
  const params = { url: redactUrl(url), reason: messageOf(error) || code };
  if (code === 'ER_BAD_DB_ERROR' || code === 'ER_DBACCESS_DENIED_ERROR') return raise('DATABASE_UNKNOWN');
  if (code === 'ER_ACCESS_DENIED_ERROR') return raise('DATABASE_ACCESS_DENIED');
  if (/^(ECONN|ENOTFOUND|EHOST|ETIMEDOUT|EAI_|PROTOCOL_CONNECTION_LOST)/.test(code))
    return raise('DATABASE_UNREACHABLE');
  return error;

  function raise(name: keyof typeof databaseErrors.table): KitError {
    return databaseErrors.error(name, params, error);
  }
}

/** A database URL without its password and its query; up to the last @, as the password may hold one. */
export function redactUrl(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):.*@/is, '$1:***@').replace(/\?[^@]*$/s, '');
}

/** The parts of a database URL. */
export function urlOptions(url: string) {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)) || undefined,
  };
}
