import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';

/** A database of one test; `drop` removes it and the users made for it. */
export interface TestDatabase {
  name: string;
  /** With the admin account, the database selected. */
  url: string;
  drop(): Promise<void>;
}

/** A database account of one test. */
export interface TestUser {
  name: string;
  password: string;
  /** Gives the URL of a database (or of none) for this account. */
  url(database?: string): string;
  drop(): Promise<void>;
}

/** Admin URL of the test run's private MariaDB. */
export function mariadbUrl(): string {
  return given('TEST_MARIADB_URL');
}

/** URL of the test run's private Redis. Use a unique key prefix: all tests share the server. */
export function redisUrl(): string {
  return given('TEST_REDIS_URL');
}

/** A name that no other test has. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(5).toString('hex')}`;
}

/** Runs statements as the admin. */
export async function asAdmin(...statements: string[]): Promise<void> {
  const connection = await mysql.createConnection(mariadbUrl());
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

/** Creates a database of its own for a test; the name starts with the prefix. */
export async function createDatabase(prefix: string): Promise<TestDatabase> {
  const name = uniqueName(prefix);
  await asAdmin(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`);
  return {
    name,
    url: withDatabase(mariadbUrl(), name),
    drop: () => asAdmin(`DROP DATABASE IF EXISTS \`${name}\``),
  };
}

/**
 * Creates an account with some rights.
 * @param grants each `PRIVILEGES ON object`, for example `SELECT ON shop.*` or `REPLICATION SLAVE ON *.*`
 */
export async function createUser(prefix: string, grants: readonly string[] = []): Promise<TestUser> {
  const name = uniqueName(prefix);
  const password = randomBytes(12).toString('hex');
  const account = `'${name}'@'%'`;
  await asAdmin(
    `CREATE USER ${account} IDENTIFIED BY '${password}'`,
    ...grants.map((grant) => `GRANT ${grant} TO ${account}`),
  );
  const url = (database = '') => {
    const full = new URL(withDatabase(mariadbUrl(), database));
    full.username = name;
    full.password = password;
    return full.href;
  };
  return { name, password, url, drop: () => asAdmin(`DROP USER IF EXISTS ${account}`) };
}

function withDatabase(url: string, database: string): string {
  const full = new URL(url);
  full.pathname = `/${database}`;
  return full.href;
}

function given(variable: string): string {
  const value = process.env[variable];
  if (value) return value;
  throw new Error(
    `Found ${variable} not set; expected test/support/global.ts to have started the servers (it does for every spec outside test/unit and test/architecture).`,
  );
}
