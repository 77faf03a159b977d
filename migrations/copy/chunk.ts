/** Copies one chunk: read, map, write and mark done in one target transaction. */
import { withTransaction } from '../../chassis/mysql.ts';
import type { GroupTable, OpenGroup } from '../group/group.ts';
import { orderBy, selectRows, whereRange } from '../rows/select.ts';
import { type Chunk, finishChunk } from '../state/chunks.ts';
import { quarantine } from '../state/quarantine.ts';
import { changeOf } from '../write/change.ts';
import { isTransient } from '../write/data-error.ts';
import { writeChanges } from '../write/write.ts';

const ATTEMPTS = 5;

/** What a chunk came to; `undefined` from `copyChunk` means that somebody else had done it. */
export interface ChunkOutcome {
  rows: number;
  refused: number;
}

/** Copies a chunk unless it is done already. */
export async function copyChunk(
  group: Pick<OpenGroup, 'name' | 'source' | 'target'>,
  table: GroupTable,
  plan: number,
  chunk: Chunk,
): Promise<ChunkOutcome | undefined> {
  const tail = `${whereRange(table.key, chunk.lower, chunk.upper)} ${orderBy(table.key)}`;
  const rows = await selectRows(group.source, table.source, table.columns, tail);
  const changes = rows.map((row) => changeOf(table, row, false));
  return again(ATTEMPTS, () =>
    withTransaction(group.target, async (connection) => {
      const mine = await finishChunk(connection, group.name, plan, chunk, rows.length);
      if (!mine) return undefined;
      const refused = await writeChanges(connection, table, changes, 'fresh');
      await quarantine(connection, group.name, refused);
      return { rows: rows.length, refused: refused.length };
    }),
  );
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
