import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MARIADB_ONLY_SETTINGS, MARIADB_SETTINGS } from '../topology/servers.ts';
import { GREETING } from './answers.ts';
import { startPrivateServer } from './private-server.ts';
import { findProgram } from './programs.ts';
import type { RunningService } from './provider.ts';
import type { Watchdog } from './watchdog.ts';

const run = promisify(execFile);

/** The programs of one MariaDB or MySQL installation. */
export interface MariadbPrograms {
  flavour: 'mariadb' | 'mysql';
  server: string;
  /** Creates the system tables; MySQL's server does that itself. */
  installer?: string;
}

/** Where and how to run it. */
export interface MariadbOptions {
  programs: MariadbPrograms;
  directory: string;
  watchdog: Watchdog;
  password: string;
  serverId: number;
  /** `commit` flushes the redo log at each commit, `second` once a second (a process that dies loses nothing). */
  durability?: 'commit' | 'second';
}

/** Finds a MariaDB server and its installer, or a MySQL server. */
export function findMariadb(searchPath: string): MariadbPrograms | undefined {
  const server = findProgram(['mariadbd'], searchPath);
  const installer = findProgram(['mariadb-install-db', 'mysql_install_db'], searchPath);
  if (server && installer) return { flavour: 'mariadb', server, installer };
  const mysqld = findProgram(['mysqld'], searchPath);
  return mysqld && !server ? { flavour: 'mysql', server: mysqld } : undefined;
}

/** Starts a private server with row binlog and one TCP account with all rights; its data is new and empty. */
export async function startMariadb(options: MariadbOptions): Promise<RunningService> {
  const { programs, directory, password } = options;
  const data = join(directory, 'data');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await installSystemTables(programs, data);
  const initFile = join(directory, 'init.sql');
  writeFileSync(initFile, accountSql(password), { mode: 0o600 });
  const server = await startPrivateServer({
    program: programs.server,
    args: (port) => serverArguments(options, { data, initFile, port }),
    cwd: directory,
    logFile: join(directory, 'server.log'),
    ask: GREETING.mariadb,
    ready: /ready for connections/,
    timeout: 60_000,
    watchdog: options.watchdog,
  });
  return {
    url: `mysql://admin:${password}@127.0.0.1:${server.port}`,
    origin: `private ${programs.server}, pid ${server.pid}`,
    stop: server.stop,
  };
}

async function installSystemTables(programs: MariadbPrograms, data: string): Promise<void> {
  const shared = ['--no-defaults', `--datadir=${data}`, ...asRoot()];
  if (programs.installer === undefined) {
    await run(programs.server, [...shared, '--initialize-insecure']);
    return;
  }
  const own = ['--auth-root-authentication-method=socket', '--skip-test-db', '--skip-name-resolve'];
  // Nothing in here must outlive a power cut, so the installer need not wait for the disk.
  await run(programs.installer, [...shared, ...own, '--innodb-flush-method=nosync']);
}

function accountSql(password: string): string {
  return [
    `CREATE USER 'admin'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO 'admin'@'127.0.0.1' WITH GRANT OPTION;`,
    '',
  ].join('\n');
}

function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

function serverArguments(
  options: MariadbOptions,
  at: { data: string; initFile: string; port: number },
): string[] {
  const { programs, durability = 'second' } = options;
  return [
    '--no-defaults',
    ...asRoot(),
    `--datadir=${at.data}`,
    // Relative to the data directory: a socket's path may have only about 100 bytes.
    '--socket=server.sock',
    `--pid-file=${join(options.directory, 'server.pid')}`,
    '--bind-address=127.0.0.1',
    `--port=${at.port}`,
    `--init-file=${at.initFile}`,
    `--server-id=${options.serverId}`,
    ...MARIADB_SETTINGS,
    ...(programs.flavour === 'mariadb' ? MARIADB_ONLY_SETTINGS : MYSQL_ONLY_SETTINGS),
    `--innodb-flush-log-at-trx-commit=${durability === 'commit' ? 1 : 2}`,
    `--sync-binlog=${durability === 'commit' ? 1 : 0}`,
  ];
}

const MYSQL_ONLY_SETTINGS = ['--mysqlx=OFF', '--gtid-mode=ON', '--enforce-gtid-consistency=ON'];
