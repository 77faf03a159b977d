/** Is the source server set up so that its binlog can be read exactly, and may this user read it? */
import type { Pool, RowDataPacket } from '../../chassis/mysql.ts';
import { type Finding, finding } from './finding.ts';

/** Looks at the source's settings and the user's rights. */
export async function checkServer(source: Pool): Promise<Finding[]> {
  const settings = await globalVariables(source);
  const version = settings.get('version') ?? '';
  return [
    finding(/mariadb/i.test(version), 'blocker', {
      id: 'source-version',
      found: version,
      expected: 'MariaDB 10.6 or newer',
      remedy: 'Use a MariaDB source: only there an exact start position can be had without a lock.',
    }),
    ...SETTINGS.map(({ name, wanted, remedy }) => {
      const value = settings.get(name);
      const holds =
        value === undefined
          ? name.startsWith('log_bin_') || name.startsWith('encrypt')
          : wanted.includes(value);
      const found = `${name} = ${value ?? 'nothing'}`;
      return finding(holds, 'blocker', {
        id: name.replaceAll('_', '-'),
        found,
        expected: `${name} = ${wanted[0]}`,
        remedy,
      });
    }),
    ...checkGrants(await grantsOf(source)),
  ];
}

const SETTINGS = [
  {
    name: 'log_bin',
    wanted: ['ON', '1'],
    remedy: 'Set log_bin in the server’s configuration and restart it.',
  },
  {
    name: 'binlog_format',
    wanted: ['ROW'],
    remedy: 'SET GLOBAL binlog_format = ROW, in the configuration too; sessions opened before keep theirs.',
  },
  {
    name: 'binlog_row_image',
    wanted: ['FULL'],
    remedy: 'SET GLOBAL binlog_row_image = FULL, in the configuration too.',
  },
  {
    name: 'log_bin_compress',
    wanted: ['OFF', '0'],
    remedy: 'SET GLOBAL log_bin_compress = OFF, then FLUSH BINARY LOGS.',
  },
  {
    name: 'encrypt_binlog',
    wanted: ['OFF', '0'],
    remedy: 'Set encrypt_binlog = OFF and restart the server.',
  },
] as const satisfies readonly { name: string; wanted: readonly string[]; remedy: string }[] as readonly {
  name: string;
  wanted: readonly string[];
  remedy: string;
}[];

async function globalVariables(pool: Pool): Promise<Map<string, string>> {
  const [rows] = await pool.query<RowDataPacket[]>('SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)', [
    ['version', ...SETTINGS.map(({ name }) => name)],
  ]);
  return new Map(rows.map((row) => [row.Variable_name, String(row.Value)]));
}

async function grantsOf(pool: Pool): Promise<string[]> {
  const [rows] = await pool.query<RowDataPacket[]>('SHOW GRANTS');
  return rows.map((row) => String(Object.values(row)[0]));
}

/** Pure. The global rights that the stream needs. */
export function checkGrants(grants: readonly string[]): Finding[] {
  const global = grants.filter((grant) => / ON \*\.\* TO /i.test(grant)).join('\n');
  const has = (...names: string[]) => names.some((name) => new RegExp(`\\b${name}\\b`, 'i').test(global));
  const all = has('ALL PRIVILEGES');
  return [
    finding(all || has('REPLICATION SLAVE', 'REPLICATION REPLICA'), 'blocker', {
      id: 'grant-replication',
      found: all || has('REPLICATION SLAVE') ? 'REPLICATION SLAVE' : 'no REPLICATION SLAVE',
      expected: 'REPLICATION SLAVE ON *.*',
      remedy: 'GRANT REPLICATION SLAVE ON *.* TO this user.',
    }),
    finding(all || has('BINLOG MONITOR', 'REPLICATION CLIENT', 'SUPER'), 'blocker', {
      id: 'grant-binlog-monitor',
      found:
        all || has('BINLOG MONITOR', 'REPLICATION CLIENT', 'SUPER') ? 'BINLOG MONITOR' : 'no BINLOG MONITOR',
      expected: 'BINLOG MONITOR ON *.* (REPLICATION CLIENT before MariaDB 10.5)',
      remedy: 'GRANT BINLOG MONITOR ON *.* TO this user.',
    }),
  ];
}
