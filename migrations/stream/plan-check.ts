/** Before a stream reads on: are the tables still as planned, and has the source kept the binlog it needs? */
import { migrationErrors } from '../errors.ts';
import type { GroupTable, OpenGroup } from '../group/group.ts';
import { columnChange } from '../rows/column.ts';
import type { Checkpoint } from '../state/checkpoint.ts';
import { showPosition } from './position.ts';
import { readBinlogFiles } from './source-position.ts';

/** Raises STREAM_DDL or STREAM_GAP. */
export async function checkPlan(
  group: OpenGroup,
  tables: readonly GroupTable[],
  { shapes, position }: Checkpoint,
): Promise<void> {
  for (const { name, source, columns } of tables) {
    const mapped = new Set(columns.map((column) => column.name));
    const change =
      columnChange(shapes[name] ?? [], source.columns, mapped) ??
      reordered(shapes[name] ?? [], source.columns);
    if (change)
      throw migrationErrors.error('STREAM_DDL', { table: name, change, position: showPosition(position!) });
  }
  const files = await readBinlogFiles(group.source);
  if (!files.has(position!.file))
    throw migrationErrors.error('STREAM_GAP', { group: group.name, file: position!.file });
}

/** Rows in the binlog have no names: columns are known by their place alone. */
function reordered(
  planned: readonly { name: string }[],
  present: readonly { name: string }[],
): string | undefined {
  const place = planned.findIndex(({ name }, index) => present[index]?.name !== name);
  if (place === -1 && planned.length === present.length) return undefined;
  return `it had the columns ${planned.map(({ name }) => name).join(', ')}, and has ${present.map(({ name }) => name).join(', ')}`;
}
