/** Can each table of the group be copied and streamed exactly? */
import { type CompiledTable, compileTable } from '../../acl/compile.ts';
import type { OpenGroup } from '../group/group.ts';
import { STREAMED_CHARSETS } from '../rows/column.ts';
import { describeTable, type Table } from '../rows/table.ts';
import { checkCascades } from './cascades.ts';
import { type Finding, finding } from './finding.ts';

/** Looks at the source and target tables of every mapped table. */
export async function checkTables(group: OpenGroup): Promise<Finding[]> {
  const findings = await Promise.all(
    group.mappings.map((mapping) => checkTable(group, compileTable(mapping))),
  );
  return [...findings.flat(), ...(await checkCascades(group.source, group.config.source.tables))];
}

async function checkTable(group: OpenGroup, compiled: CompiledTable): Promise<Finding[]> {
  const source = await describeTable(group.source, compiled.source);
  const findings = source ? checkSource(source, compiled) : [missing(compiled.source, 'source')];
  for (const part of compiled.targets) {
    const target = await describeTable(group.target, part.table);
    findings.push(...(target ? checkTarget(target, part, source) : [missing(part.table, 'target')]));
  }
  return findings;
}

function missing(table: string, side: 'source' | 'target'): Finding {
  const remedy =
    side === 'target'
      ? 'Run `strangler schema up SERVICE`, or mend the table’s name in the mapping.'
      : 'Mend the table’s name in the config and the mapping, or GRANT SELECT on it.';
  return {
    id: `${side}-table`,
    level: 'blocker',
    table,
    found: 'no such table',
    expected: `a ${side} table that this user may see`,
    remedy,
  };
}

/** Pure. The source table's key, columns and types. */
export function checkSource(
  table: Table,
  compiled: Pick<CompiledTable, 'sourceColumns' | 'sourceKey'>,
): Finding[] {
  const { name, columns, primaryKey } = table;
  const absent = compiled.sourceColumns.filter((column) => !columns.some((one) => one.name === column));
  const mapped = columns.filter((column) => compiled.sourceColumns.includes(column.name));
  const bad = mapped.filter(
    ({ kind, charset }) =>
      kind === 'unsupported' || (kind === 'text' && !STREAMED_CHARSETS.includes(charset ?? '')),
  );
  const key = [...compiled.sourceKey].sort().join(', ');
  return [
    finding(primaryKey.length > 0, 'blocker', {
      id: 'primary-key',
      table: name,
      found: primaryKey.length > 0 ? `primary key ${primaryKey.join(', ')}` : 'no primary key',
      expected: 'a primary key, by which a changed row is told from others',
      remedy: 'Leave the table with the monolith, or have its owner add a primary key.',
    }),
    finding(primaryKey.length === 0 || [...primaryKey].sort().join(', ') === key, 'blocker', {
      id: 'mapped-key',
      table: name,
      found: `mapping key ${key}`,
      expected: `the primary key ${primaryKey.join(', ')}`,
      remedy: 'Give the mapping’s `key.source` the columns of the primary key.',
    }),
    finding(absent.length === 0, 'blocker', {
      id: 'source-columns',
      table: name,
      found: absent.length === 0 ? 'all mapped columns' : `no column ${absent.join(', ')}`,
      expected: 'every column that the mapping reads',
      remedy: 'Mend the column names in the mapping.',
    }),
    finding(bad.length === 0, 'blocker', {
      id: 'column-types',
      table: name,
      found:
        bad.length === 0
          ? 'exact types'
          : bad.map((c) => `${c.name} ${c.type} ${c.charset ?? ''}`.trim()).join(', '),
      expected: `no geometry, uuid, inet or compressed columns; text in ${STREAMED_CHARSETS.join(', ')}`,
      remedy: 'Leave the column out of the mapping, or convert its character set.',
    }),
  ];
}

/** Pure. The target table's columns and unique keys. */
export function checkTarget(
  target: Table,
  part: CompiledTable['targets'][number],
  source?: Table,
): Finding[] {
  const names = target.columns.map(({ name }) => name);
  const absent = part.columns.filter((column) => !names.includes(column));
  const key = [...part.key].sort().join(', ');
  return [
    finding(absent.length === 0, 'blocker', {
      id: 'target-columns',
      table: target.name,
      found: absent.length === 0 ? 'all mapped columns' : `no column ${absent.join(', ')}`,
      expected: 'every column that the mapping writes',
      remedy: 'Add the columns by a schema migration, or mend their names in the mapping.',
    }),
    finding([...target.primaryKey].sort().join(', ') === key, 'blocker', {
      id: 'target-key',
      table: target.name,
      found: `primary key ${target.primaryKey.join(', ') || 'none'}`,
      expected: `the mapping’s key ${key}`,
      remedy: 'Make the mapped key the table’s primary key.',
    }),
    ...twins(target, source),
  ];
}

/** Two rows that the source tells apart may be the same for the target's collation. */
function twins(target: Table, source?: Table): Finding[] {
  const textual = target.uniqueKeys.filter((key) =>
    key.some((name) => target.columns.find((column) => column.name === name)?.kind === 'text'),
  );
  return textual.map((key) => {
    const charsets = new Set(source?.columns.flatMap(({ charset }) => charset ?? []) ?? []);
    const same = key.every((name) =>
      charsets.has(target.columns.find((c) => c.name === name)?.charset ?? ''),
    );
    return finding(same, 'warning', {
      id: 'collation-twins',
      table: target.name,
      found: `unique key (${key.join(', ')}) in another character set than the source`,
      expected: 'a collation that keeps apart what the source keeps apart',
      remedy:
        'Rows that collide go to quarantine; give the column a collation like the source’s to avoid that.',
    });
  });
}
