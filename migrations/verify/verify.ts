/**
 * Proves that the target has what the source has, while both change: all rows are compared once; rows that
 * differ are looked at again after the stream has passed the place the source had reached after the first
 * look. What still differs then, and is still the same in the source, is a difference.
 */

import type { Value } from '../../acl/value.ts';
import type { Clock } from '../../chassis/clock.ts';
import type { GroupTable, OpenGroup } from '../group/group.ts';
import { keyOf } from '../rows/key.ts';
import { orderBy, selectRows, whereRange } from '../rows/select.ts';
import { extraKeys } from './extra.ts';
import { compareWithTarget, expectedOf } from './images.ts';
import { recheck } from './recheck.ts';
import { emptyResult, type VerifyResult } from './result.ts';

/** What a verification needs; `onProgress` is told the rows seen so far. */
export interface VerifyDeps {
  group: OpenGroup;
  tables: readonly GroupTable[];
  clock: Clock;
  onProgress: (rows: number) => Promise<void> | void;
  /** Rows per page. */
  page?: number;
}

/** Compares all tables of a group. Raises VERIFY_WITHOUT_STREAM when the stream does not move on. */
export async function verifyGroup(deps: VerifyDeps, signal?: AbortSignal): Promise<VerifyResult> {
  const result = emptyResult();
  for (const table of deps.tables) await verifyTable(deps, table, result, signal);
  result.equal = result.rows - result.different - result.missing - result.quarantined;
  return result;
}

async function verifyTable(
  deps: VerifyDeps,
  table: GroupTable,
  result: VerifyResult,
  signal?: AbortSignal,
): Promise<void> {
  const suspects = new Map<string, Value[]>();
  for await (const rows of pagesOf(deps, table)) {
    signal?.throwIfAborted();
    const expected = expectedOf(table, rows);
    const byKey = new Map(expected.map((one) => [one.key, one]));
    const found = await compareWithTarget(deps.group.target, table, expected);
    for (const { owner } of found) suspects.set(owner, byKey.get(owner)!.sourceKey);
    for (const one of expected) if (one.refused) suspects.set(one.key, one.sourceKey);
    result.rows += expected.filter((one) => one.refused || one.rows.length > 0).length;
    await deps.onProgress(result.rows);
  }
  for (const [key, value] of await extraKeys(deps.group, table)) suspects.set(key, value);
  await recheck(deps, table, suspects, result, signal);
}

async function* pagesOf({ group, page = 5_000 }: VerifyDeps, table: GroupTable) {
  let after: Value[] | undefined;
  for (;;) {
    const tail = `${whereRange(table.key, after)} ${orderBy(table.key)} LIMIT ${page}`;
    const rows = await selectRows(group.source, table.source, table.columns, tail);
    if (rows.length > 0) yield rows;
    if (rows.length < page) return;
    after = keyOf(rows.at(-1)!, table.source.primaryKey);
  }
}
