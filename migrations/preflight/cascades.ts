/** Foreign keys by which the server changes rows on its own: InnoDB does not write those changes to the binlog. */
import type { Pool, RowDataPacket } from '../../chassis/mysql.ts';
import { identifier } from '../rows/literal.ts';
import type { Finding } from './finding.ts';

/** One acting foreign key. */
export interface Cascade {
  child: string;
  parent: string;
  /** As the server writes it. */
  rule: string;
}

/**
 * Looks at every table of the source that this user may read: INFORMATION_SCHEMA hides foreign keys from users
 * with SELECT alone, SHOW CREATE TABLE does not.
 */
export async function checkCascades(source: Pool, captured: readonly string[]): Promise<Finding[]> {
  const [tables] = await source.query<RowDataPacket[]>("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'");
  const findings: Finding[] = [];
  for (const row of tables) {
    const name = String(Object.values(row)[0]);
    const [created] = await source.query<RowDataPacket[]>(`SHOW CREATE TABLE ${identifier(name)}`);
    const cascades = cascadesOf(name, String(created[0]!['Create Table']));
    findings.push(...cascades.flatMap((cascade) => findingsOf(cascade, captured)));
  }
  return findings;
}

/** Pure. The acting foreign keys in a CREATE TABLE as the server shows it. */
export function cascadesOf(child: string, createTable: string): Cascade[] {
  const keys = /FOREIGN KEY \([^)]*\) REFERENCES (?:`[^`]+`\.)?`([^`]+)` \([^)]*\)([^,\n]*)/g;
  return [...createTable.matchAll(keys)]
    .filter(([, , rule]) => /CASCADE|SET NULL|SET DEFAULT/.test(rule!))
    .map(([, parent, rule]) => ({ child, parent: parent!, rule: rule!.trim() }));
}

function findingsOf({ child, parent, rule }: Cascade, captured: readonly string[]): Finding[] {
  const found = `foreign key of ${child} to ${parent}, ${rule}`;
  if (captured.includes(child))
    return [
      {
        id: 'fk-cascade',
        level: 'blocker',
        table: child,
        found,
        expected: 'no change that the server makes on its own, since the binlog does not have it',
        remedy: 'Have the application change the children itself, or leave this table out of the group.',
      },
    ];
  if (!captured.includes(parent)) return [];
  return [
    {
      id: 'fk-cascade',
      level: 'warning',
      table: parent,
      found,
      expected: `to know that rows of ${child} change without a trace in the binlog`,
      remedy: `Nothing while ${child} stays with the monolith; it cannot join a data group like this.`,
    },
  ];
}
