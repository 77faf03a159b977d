/** Everything that is looked at before a copy, and how large the copy will be. */
import { explainDatabaseError, type RowDataPacket } from '../../chassis/mysql.ts';
import { migrationErrors } from '../errors.ts';
import type { OpenGroup } from '../group/group.ts';
import { blockers, type Finding } from './finding.ts';
import { checkIndexes } from './indexes.ts';
import { checkServer } from './server.ts';
import { checkTables } from './tables.ts';
import { checkTarget } from './target.ts';

/** What `data plan` says. */
export interface PlanReport {
  findings: Finding[];
  /** The optimizer's estimates. */
  tables: { table: string; rows: number; bytes: number; chunks: number }[];
}

/** Runs all checks. Raises DATABASE_* when a side cannot be reached. */
export async function planGroup(group: OpenGroup): Promise<PlanReport> {
  const { source, target } = group.config;
  await group.source.query('SELECT 1').catch((error) => {
    throw explainDatabaseError(error, source.url);
  });
  await group.target.query('SELECT 1').catch((error) => {
    throw explainDatabaseError(error, target.url);
  });
  const findings = [
    ...(await checkServer(group.source)),
    ...(await checkTables(group)),
    ...(await checkTarget(group)),
    ...(await checkIndexes(group)),
  ];
  return { findings, tables: await estimates(group) };
}

/** Raises PREFLIGHT_BLOCKED with the first blocker in words. */
export function refuseBlocked(group: string, { findings }: PlanReport): void {
  const blocking = blockers(findings);
  const [first] = blocking;
  if (!first) return;
  const words = `${first.table ? `${first.table}: ` : ''}found ${first.found}, expected ${first.expected}. ${first.remedy}`;
  throw migrationErrors.error('PREFLIGHT_BLOCKED', { group, count: blocking.length, first: words });
}

async function estimates({ source, config }: OpenGroup): Promise<PlanReport['tables']> {
  const [rows] = await source.query<RowDataPacket[]>(
    `SELECT TABLE_NAME AS t, COALESCE(TABLE_ROWS, 0) AS n, COALESCE(DATA_LENGTH, 0) AS bytes
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)`,
    [config.source.tables],
  );
  return rows.map(({ t, n, bytes }) => ({
    table: t,
    rows: Number(n),
    bytes: Number(bytes),
    chunks: Math.floor(Number(n) / config.copy.chunkRows) + 1,
  }));
}
