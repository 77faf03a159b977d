/** A data group opened: its two databases, its tables as they are, its mapping compiled. */
import { type CompiledTable, compileTable } from '../../acl/compile.ts';
import type { TableMapping } from '../../acl/table.ts';
import type { Row, TargetRows, Value } from '../../acl/value.ts';
import type { DataGroupConfig } from '../../chassis/config/schema/data.ts';
import { explainDatabaseError, type Pool } from '../../chassis/mysql.ts';
import { migrationErrors } from '../errors.ts';
import type { Column } from '../rows/column.ts';
import { keyOf } from '../rows/key.ts';
import { columnsOf } from '../rows/select.ts';
import { openSource, openTarget } from '../rows/session.ts';
import { describeTable, type Table } from '../rows/table.ts';
import { loadMapping } from './load-mapping.ts';

/** A group's databases and mapping, before its tables are looked at. */
export interface OpenGroup {
  name: string;
  config: DataGroupConfig;
  source: Pool;
  target: Pool;
  mappings: readonly TableMapping[];
  mappingVersion: number;
  close(): Promise<void>;
}

/** One target table of a source table. */
export interface TargetTable {
  table: Table;
  /** The columns that the mapping fills. */
  columns: Column[];
  /** The primary key as the mapping names it. */
  key: Column[];
  /** The columns that say from which source row a row comes: the key of the main table, the parent of a child. */
  owner: Column[];
}

/** One source table with everything that moving its rows needs. */
export interface GroupTable {
  name: string;
  source: Table;
  /** The mapped source columns. */
  columns: Column[];
  /** The source's primary key. */
  key: Column[];
  main: TargetTable;
  children: TargetTable[];
  /** Raises MappingError. */
  toTarget(row: Row): TargetRows;
  /** The target key of a row, even of one that cannot be mapped whole. Raises MappingError. */
  targetKey(row: Row): Value[];
  /** The source key of a main target row. Raises MappingError. */
  sourceKey(row: Row): Value[];
}

/** Opens the pools and loads the mapping. Raises MAPPING_*, ACL_MAPPING_*. */
export async function openGroup(
  name: string,
  config: DataGroupConfig,
  directory: string,
): Promise<OpenGroup> {
  const mapping = await loadMapping(directory, config.mapping);
  refuseOtherTables(
    name,
    config.source.tables,
    mapping.tables.map(({ source }) => source),
  );
  const connections = config.copy.concurrency + 4;
  const source = openSource(config.source.url, connections);
  const target = openTarget(config.target.url, connections);
  return {
    name,
    config,
    source,
    target,
    mappings: mapping.tables,
    mappingVersion: mapping.version,
    close: async () => void (await Promise.all([source.end(), target.end()])),
  };
}

/** Looks at all tables of a group; preflight has refused what is missing. */
export function groupTables(group: OpenGroup): Promise<GroupTable[]> {
  return Promise.all(group.mappings.map((mapping) => groupTable(group, mapping)));
}

async function groupTable({ source, target, config }: OpenGroup, mapping: TableMapping): Promise<GroupTable> {
  const compiled = compileTable(mapping);
  const table = await found(source, config.source.url, compiled.source);
  const [main, ...children] = await Promise.all(
    compiled.targets.map(async (part) =>
      targetTable(await found(target, config.target.url, part.table), part),
    ),
  );
  return {
    name: compiled.source,
    source: table,
    columns: columnsOf(table, [...new Set([...table.primaryKey, ...compiled.sourceColumns])]),
    key: columnsOf(table, table.primaryKey),
    main: main!,
    children,
    toTarget: compiled.toTarget,
    targetKey: (row) => keyOf(compiled.keyToTarget(row), compiled.targets[0]!.key),
    sourceKey: (row) => keyOf(compiled.keyToSource(row), table.primaryKey),
  };
}

function targetTable(table: Table, { columns, key, parent }: CompiledTable['targets'][number]): TargetTable {
  return {
    table,
    columns: columnsOf(table, columns),
    key: columnsOf(table, key),
    owner: columnsOf(table, parent ?? key),
  };
}

async function found(pool: Pool, url: string, name: string): Promise<Table> {
  const table = await describeTable(pool, name).catch((error) => {
    throw explainDatabaseError(error, url);
  });
  if (table) return table;
  throw migrationErrors.error('TABLE_MISSING', { table: name });
}

function refuseOtherTables(group: string, named: readonly string[], mapped: readonly string[]): void {
  const same = named.length === mapped.length && named.every((table) => mapped.includes(table));
  if (same) return;
  throw migrationErrors.error('MAPPING_TABLES', {
    group,
    found: mapped.join(', '),
    expected: named.join(', '),
  });
}
