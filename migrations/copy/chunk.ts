/** Copies one chunk: read, map, write and mark done in one target transaction. */
import type { Row, Value } from '../../acl/value.ts';
import { type PoolConnection, withTransaction } from '../../chassis/mysql.ts';
import type { GroupTable, OpenGroup } from '../group/group.ts';
import { keyOf } from '../rows/key.ts';
import { orderBy, selectRows, whereRange } from '../rows/select.ts';
import { type Chunk, claimChunk, noteChunk } from '../state/chunks.ts';
import { quarantine } from '../state/quarantine.ts';
import { changeOf } from '../write/change.ts';
import { isTransient } from '../write/data-error.ts';
import { writeChanges } from '../write/write.ts';

const ATTEMPTS = 5;
const PAGE = 1_000;

type CopyGroup = Pick<OpenGroup, 'name' | 'source' | 'target'>;

/** What a chunk came to; `undefined` from `copyChunk` means that somebody else had done it. */
export interface ChunkOutcome {
  rows: number;
  refused: number;
}

/** Copies a chunk unless it is done already. */
export function copyChunk(
  group: CopyGroup,
  table: GroupTable,
  plan: number,
  chunk: Chunk,
): Promise<ChunkOutcome | undefined> {
  return again(ATTEMPTS, () =>
    withTransaction(group.target, async (connection) => {
      const mine = await claimChunk(connection, group.name, plan, chunk);
      if (!mine) return undefined;
      const outcome = await copyPages(group, table, chunk, connection);
      await noteChunk(connection, group.name, plan, chunk, outcome.rows);
      return outcome;
    }),
  );
}

/** Page by page, so that a chunk's rows are never all in memory; any page may be newer than the one before. */
async function copyPages(
  group: CopyGroup,
  table: GroupTable,
  chunk: Chunk,
  connection: PoolConnection,
): Promise<ChunkOutcome> {
  const outcome = { rows: 0, refused: 0 };
  let next: Promise<Row[]> | undefined = readPage(group, table, chunk.lower, chunk.upper);
  while (next) {
    const rows: Row[] = await next;
    next =
      rows.length < PAGE
        ? undefined
        : readPage(group, table, keyOf(rows.at(-1)!, table.source.primaryKey), chunk.upper);
    const changes = rows.map((row) => changeOf(table, row, false));
    const refused = await writeChanges(connection, table, changes, 'fresh');
    await quarantine(connection, group.name, refused);
    outcome.rows += rows.length;
    outcome.refused += refused.length;
  }
  return outcome;
}

/** Rows of the page after `lower`; while one page is written the next is read. */
function readPage(
  group: CopyGroup,
  table: GroupTable,
  lower: Value[] | undefined,
  upper: Value[] | undefined,
): Promise<Row[]> {
  const tail = `${whereRange(table.key, lower, upper)} ${orderBy(table.key)} LIMIT ${PAGE}`;
  const rows = selectRows(group.source, table.source, table.columns, tail);
  // Handled where it is awaited; the write before it may fail first.
  rows.catch(() => {});
  return rows;
}

/** Runs again what lost against another transaction. */
async function again<T>(attempts: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw error;
    }
  }
}
