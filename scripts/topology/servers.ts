/** The servers that the kit needs, beside its own processes. */
export type ServerName = 'mariadb' | 'redis';

/**
 * What the kit's change stream asks of the database (full row images in the binlog, with column names and
 * signedness), and sizes that suit a demo.
 */
export const MARIADB_SETTINGS: readonly string[] = [
  '--log-bin=binlog',
  '--binlog-format=ROW',
  '--binlog-row-image=FULL',
  '--binlog-row-metadata=FULL',
  '--skip-name-resolve',
  '--character-set-server=utf8mb4',
  '--max-connections=300',
  '--innodb-buffer-pool-size=512M',
  '--innodb-log-file-size=96M',
];

/** Settings that only MariaDB knows. */
export const MARIADB_ONLY_SETTINGS: readonly string[] = ['--gtid-strict-mode=ON'];

/** Queues must never lose a key to eviction. */
export const REDIS_SETTINGS: Readonly<Record<string, string>> = {
  'maxmemory-policy': 'noeviction',
  save: '',
};
