/** The rows of both sides that belong to the same source rows. */

import type { Row, TargetRows, Value } from '../../acl/value.ts';
import type { Pool } from '../../chassis/mysql.ts';
import type { GroupTable, TargetTable } from '../group/group.ts';
import { keyOf, keyText } from '../rows/key.ts';
import { selectRows, whereKeys } from '../rows/select.ts';
import { type Difference, differences } from './compare.ts';
import type { Unit } from './digest.ts';

/** One source row as the target should have it: absent when the mapping leaves it out or refuses it. */
export interface Expected {
  key: string;
  sourceKey: Value[];
  targetKey: Value[];
  rows: TargetRows;
  refused: boolean;
}

/** A difference and the source row it belongs to. */
export interface Located extends Difference {
  table: string;
  owner: string;
}

/** What the target should have of these source rows. Rows whose key cannot be mapped have no target key. */
export function expectedOf(table: GroupTable, sourceRows: readonly Row[]): Expected[] {
  return sourceRows.map((row) => {
    const sourceKey = keyOf(row, table.source.primaryKey);
    const base = { key: keyText(sourceKey), sourceKey, targetKey: [] as Value[], rows: [], refused: true };
    try {
      const targetKey = table.targetKey(row);
      return { ...base, ...mapped(table, row), targetKey };
    } catch {
      return base;
    }
  });
}

/** Reads the target's side of the expected rows and compares. */
export async function compareWithTarget(
  target: Pool,
  table: GroupTable,
  expected: readonly Expected[],
): Promise<Located[]> {
  const owners = expected.flatMap(({ targetKey }) => (targetKey.length > 0 ? [targetKey] : []));
  const ownerOf = new Map(expected.map(({ targetKey, key }) => [keyText(targetKey), key]));
  const found: Located[] = [];
  for (const part of [table.main, ...table.children]) {
    const columns = [...new Set([...part.columns, ...part.key, ...part.owner])];
    const rows = await selectRows(target, part.table, columns, whereKeys(part.owner, owners));
    const wanted = expected.flatMap((one) => one.rows.filter((row) => row.table === part.table.name));
    const owner = new Map<string, string>();
    const units = (list: readonly Row[]) => list.map((row) => unitOf(part, row, owner, ownerOf));
    const result = differences(units(wanted.map(({ row }) => row)), units(rows), part.columns);
    found.push(...result.map((one) => ({ ...one, table: part.table.name, owner: owner.get(one.key)! })));
  }
  return found;
}

function mapped(table: GroupTable, row: Row): Pick<Expected, 'rows' | 'refused'> {
  try {
    return { rows: table.toTarget(row), refused: false };
  } catch {
    return { rows: [], refused: true };
  }
}

function unitOf(
  part: TargetTable,
  row: Row,
  owner: Map<string, string>,
  ownerOf: ReadonlyMap<string, string>,
): Unit {
  const key = keyText(
    keyOf(
      row,
      part.key.map(({ name }) => name),
    ),
  );
  const ownerKey = keyText(
    keyOf(
      row,
      part.owner.map(({ name }) => name),
    ),
  );
  owner.set(key, ownerOf.get(ownerKey) ?? ownerKey);
  return { key, row };
}
