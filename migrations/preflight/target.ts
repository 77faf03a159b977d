/** May this user write what the copy writes, and is there anything that the copy would remove? */
import type { RowDataPacket } from '../../chassis/mysql.ts';
import type { OpenGroup } from '../group/group.ts';
import { identifier } from '../rows/literal.ts';
import { readCheckpoint } from '../state/checkpoint.ts';
import { type Finding, finding } from './finding.ts';

/** Looks at rows already there. Making the state tables has proved the rights to create and write. */
export async function checkTarget(group: OpenGroup): Promise<Finding[]> {
  const { plan } = await readCheckpoint(group.target, group.name);
  // Rows of an earlier copy may go; rows that somebody else put there may not.
  if (plan > 0) return [];
  const names = group.mappings.flatMap(({ target, children = [] }) => [
    target,
    ...children.map((child) => child.target),
  ]);
  return Promise.all(
    names.map(async (name): Promise<Finding> => {
      const rows = await firstRow(group, name);
      return finding(rows === 0, 'blocker', {
        id: 'target-empty',
        table: name,
        found: rows === 0 ? 'an empty table' : 'rows that this kit did not copy',
        expected: 'an empty table before the first copy',
        remedy: 'Empty the table, or copy into another one: a copy begins by removing all rows.',
      });
    }),
  );
}

async function firstRow({ target }: OpenGroup, name: string): Promise<number> {
  const [rows] = await target
    .query<RowDataPacket[]>(`SELECT 1 FROM ${identifier(name)} LIMIT 1`)
    .catch(() => [[]] as [RowDataPacket[]]);
  return rows.length;
}
