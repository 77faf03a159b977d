/** Where one chunk ends and the next begins: asked of the server, since only it knows the order of its keys. */

import type { Value } from '../../acl/value.ts';
import type { Pool } from '../../chassis/mysql.ts';
import type { GroupTable } from '../group/group.ts';
import { keyOf } from '../rows/key.ts';
import { orderBy, selectRows, whereRange } from '../rows/select.ts';
import type { Chunk } from '../state/chunks.ts';

/** The chunks of one table, `rows` rows each; the last one is open, rows born meanwhile belong to it. */
export async function planChunks(source: Pool, table: GroupTable, rows: number): Promise<Chunk[]> {
  const bounds: Value[][] = [];
  for (;;) {
    const next = await keyAt(source, table, bounds.at(-1), rows - 1);
    if (!next) break;
    bounds.push(next);
  }
  return chunksBetween(table.name, bounds);
}

/** Pure. n bounds make n + 1 chunks, the first and the last open. */
export function chunksBetween(table: string, bounds: readonly Value[][]): Chunk[] {
  return Array.from({ length: bounds.length + 1 }, (_, seq) => ({
    table,
    seq,
    lower: bounds[seq - 1],
    upper: bounds[seq],
  }));
}

async function keyAt(source: Pool, table: GroupTable, after: Value[] | undefined, skip: number) {
  const tail = `${whereRange(table.key, after)} ${orderBy(table.key)} LIMIT 1 OFFSET ${skip}`;
  const rows = await selectRows(source, table.source, table.key, tail);
  return rows[0] && keyOf(rows[0], table.source.primaryKey);
}
