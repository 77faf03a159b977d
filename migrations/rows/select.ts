/** Reading rows by the text protocol in canonical form. */
import type { Row, Value } from '../../acl/value.ts';
import type { Pool, PoolConnection } from '../../chassis/mysql.ts';
import type { Column } from './column.ts';
import { identifier, keyLiteral } from './literal.ts';
import type { Table } from './table.ts';
import { fromText } from './value.ts';

/** Rows of the given columns, in the order of the list. `tail` is the WHERE, ORDER and LIMIT. */
export async function selectRows(
  connection: Pool | PoolConnection,
  table: Table,
  columns: readonly Column[],
  tail: string,
): Promise<Row[]> {
  const sql = `SELECT ${columns.map(expression).join(', ')} FROM ${identifier(table.name)} ${tail}`;
  const [raw] = await connection.query({ sql, rowsAsArray: true });
  return (raw as unknown as (Value | number)[][]).map((values) => rowOf(columns, values));
}

/** The named columns of a table, in the order of the names; unknown names are left out. */
export function columnsOf(table: Table, names: readonly string[]): Column[] {
  return names.flatMap((name) => table.columns.find((column) => column.name === name) ?? []);
}

/** `(key IN (...))` for rows given by their key values. */
export function whereKeys(key: readonly Column[], keys: readonly Value[][]): string {
  if (keys.length === 0) return 'WHERE FALSE';
  const tuples = keys.map((values) =>
    tuple(values.map((value, index) => keyLiteral(key[index]!.kind, value))),
  );
  return `WHERE ${tuple(key.map(({ name }) => identifier(name)))} IN (${tuples.join(',')})`;
}

/** `lower < key <= upper` in the server's own order; a missing bound is open. */
export function whereRange(
  key: readonly Column[],
  lower?: readonly Value[],
  upper?: readonly Value[],
): string {
  const parts = [lower && compare(key, lower, '>', false), upper && compare(key, upper, '<', true)];
  const present = parts.filter((part) => part !== undefined);
  return present.length === 0 ? '' : `WHERE ${present.map((part) => `(${part})`).join(' AND ')}`;
}

/** `ORDER BY` the key's columns. */
export function orderBy(key: readonly Column[]): string {
  return `ORDER BY ${key.map(({ name }) => identifier(name)).join(', ')}`;
}

/** Written out, since the server uses no index range for `(a, b) > (x, y)`. */
function compare(key: readonly Column[], bound: readonly Value[], sign: '<' | '>', orEqual: boolean): string {
  const names = key.map(({ name }) => identifier(name));
  const values = bound.map((value, index) => keyLiteral(key[index]!.kind, value));
  const alternatives = names.map((name, last) => {
    const equal = names.slice(0, last).map((before, index) => `${before} = ${values[index]}`);
    const strict = orEqual && last === names.length - 1 ? `${sign}=` : sign;
    return [...equal, `${name} ${strict} ${values[last]}`].join(' AND ');
  });
  return alternatives.map((alternative) => `(${alternative})`).join(' OR ');
}

/** FLOAT goes out as a double: the server prints only six digits of it otherwise. ZEROFILL is not part of a number. */
function expression({ name, kind, type }: Column): string {
  if (kind === 'float') return `${identifier(name)} + 0e0`;
  return /zerofill/i.test(type) ? `${identifier(name)} + 0` : identifier(name);
}

function rowOf(columns: readonly Column[], values: readonly (Value | number)[]): Row {
  const row: Row = {};
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    row[column.name] = fromText(column.kind, values[index]!);
  }
  return row;
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : `(${parts.join(',')})`;
}
