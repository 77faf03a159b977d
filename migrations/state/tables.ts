/**
 * The kit's own tables in each target database: the truth of a data migration. They are made on first use.
 * Everything in Redis can be made again from them.
 */
import type { Pool } from '../../chassis/mysql.ts';

const CHECKPOINT = `CREATE TABLE IF NOT EXISTS _sk_checkpoint (
  grp VARCHAR(64) NOT NULL PRIMARY KEY,
  phase VARCHAR(16) NOT NULL DEFAULT 'new',
  paused TINYINT NOT NULL DEFAULT 0,
  epoch BIGINT UNSIGNED NOT NULL DEFAULT 0,
  plan BIGINT UNSIGNED NOT NULL DEFAULT 0,
  mapping_version INT NOT NULL DEFAULT 0,
  shapes LONGTEXT NULL,
  estimate BIGINT UNSIGNED NOT NULL DEFAULT 0,
  start_file VARCHAR(255) NULL, start_offset BIGINT UNSIGNED NULL, start_gtid VARCHAR(255) NULL,
  copy_end_file VARCHAR(255) NULL, copy_end_offset BIGINT UNSIGNED NULL,
  file VARCHAR(255) NULL, \`offset\` BIGINT UNSIGNED NULL, gtid VARCHAR(255) NULL,
  lag_bytes BIGINT UNSIGNED NULL, lag_seconds DOUBLE NULL,
  applied BIGINT UNSIGNED NOT NULL DEFAULT 0,
  transactions BIGINT UNSIGNED NOT NULL DEFAULT 0,
  holder VARCHAR(120) NULL,
  breaker VARCHAR(64) NOT NULL DEFAULT 'closed',
  error TEXT NULL,
  copy_started_at DATETIME(3) NULL,
  copy_ended_at DATETIME(3) NULL,
  stream_seen_at DATETIME(3) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;

const CHUNK = `CREATE TABLE IF NOT EXISTS _sk_chunk (
  grp VARCHAR(64) NOT NULL,
  plan BIGINT UNSIGNED NOT NULL,
  tbl VARCHAR(64) NOT NULL,
  seq INT UNSIGNED NOT NULL,
  lower_key TEXT NULL,
  upper_key TEXT NULL,
  state VARCHAR(16) NOT NULL DEFAULT 'pending',
  row_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  done_at DATETIME(3) NULL,
  PRIMARY KEY (grp, plan, tbl, seq),
  KEY ix_state (grp, plan, state)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;

const QUARANTINE = `CREATE TABLE IF NOT EXISTS _sk_quarantine (
  grp VARCHAR(64) NOT NULL,
  tbl VARCHAR(64) NOT NULL,
  row_key VARCHAR(600) NOT NULL,
  col VARCHAR(64) NOT NULL,
  reason TEXT NOT NULL,
  row_json LONGTEXT NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (grp, tbl, row_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;

const VERIFY = `CREATE TABLE IF NOT EXISTS _sk_verify (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  grp VARCHAR(64) NOT NULL,
  state VARCHAR(16) NOT NULL,
  holder VARCHAR(120) NULL,
  seen BIGINT UNSIGNED NOT NULL DEFAULT 0,
  result LONGTEXT NULL,
  error TEXT NULL,
  wanted_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  KEY ix_group (grp, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;

const DEFERRED_KEY = `CREATE TABLE IF NOT EXISTS _sk_deferred_key (
  grp VARCHAR(64) NOT NULL,
  tbl VARCHAR(64) NOT NULL,
  name VARCHAR(64) NOT NULL,
  definition TEXT NOT NULL,
  PRIMARY KEY (tbl, name),
  KEY ix_group (grp)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;

/** The names of the kit's own tables. */
export const STATE_TABLES = [
  '_sk_checkpoint',
  '_sk_chunk',
  '_sk_deferred_key',
  '_sk_quarantine',
  '_sk_verify',
] as const;

/** Makes the tables that are missing, and the group's row. */
export async function ensureStateTables(target: Pool, group: string): Promise<void> {
  for (const statement of [CHECKPOINT, CHUNK, DEFERRED_KEY, QUARANTINE, VERIFY])
    await target.query(statement);
  await target.query('INSERT IGNORE INTO _sk_checkpoint (grp) VALUES (?)', [group]);
}
