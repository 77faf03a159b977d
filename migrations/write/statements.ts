/** Pure. The statements that write and remove target rows, in pieces that fit a packet. */
import type { Row, Value } from '../../acl/value.ts';
import type { TargetTable } from '../group/group.ts';
import type { Column } from '../rows/column.ts';
import { identifier, literal, numberLiteral } from '../rows/literal.ts';
import { whereKeys } from '../rows/select.ts';

const PIECE_ROWS = 1_000;
const PIECE_CHARS = 1_000_000;

/** What to do about a row whose primary key is there already. */
export type WriteVerb = 'insert' | 'upsert';

/** INSERT statements for the rows. */
export function insertStatements(target: TargetTable, rows: readonly Row[], verb: WriteVerb): string[] {
  const { columns } = target;
  const head = `INSERT INTO ${identifier(target.table.name)} (${columns.map(({ name }) => identifier(name)).join(', ')}) VALUES `;
  const tail = verb === 'upsert' ? onDuplicate(target) : '';
  const statements: string[] = [];
  for (const tuples of pieces(rows, columns)) statements.push(`${head}${tuples}${tail}`);
  return statements;
}

/** DELETE statements for the rows that come from the given source rows. */
export function deleteStatements(target: TargetTable, owners: readonly Value[][]): string[] {
  const statements: string[] = [];
  for (let at = 0; at < owners.length; at += PIECE_ROWS) {
    const where = whereKeys(target.owner, owners.slice(at, at + PIECE_ROWS));
    statements.push(`DELETE FROM ${identifier(target.table.name)} ${where}`);
  }
  return statements;
}

function* pieces(rows: readonly Row[], columns: readonly Column[]): Generator<string> {
  let text = '';
  let count = 0;
  for (const row of rows) {
    text += count === 0 ? tuple(row, columns) : `,${tuple(row, columns)}`;
    count++;
    if (count < PIECE_ROWS && text.length < PIECE_CHARS) continue;
    yield text;
    text = '';
    count = 0;
  }
  if (count > 0) yield text;
}

function tuple(row: Row, columns: readonly Column[]): string {
  let text = '(';
  for (let index = 0; index < columns.length; index++) {
    if (index > 0) text += ',';
    const { name, kind } = columns[index]!;
    const value = row[name] ?? null;
    text += kind === 'number' ? numberLiteral(value) : literal(value);
  }
  return `${text})`;
}

function onDuplicate({ columns, key }: TargetTable): string {
  const rest = columns.filter((column) => !key.includes(column));
  const assigned = (rest.length > 0 ? rest : key).map(assignment);
  return ` ON DUPLICATE KEY UPDATE ${assigned.join(', ')}`;
}

function assignment({ name }: Column): string {
  return `${identifier(name)} = VALUES(${identifier(name)})`;
}
