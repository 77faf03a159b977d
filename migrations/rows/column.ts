/** Pure. What a column holds, as far as exact values depend on it. */

/** How the values of a column are carried. */
export type ColumnKind =
  | 'number'
  | 'float'
  | 'double'
  | 'text'
  | 'bytes'
  | 'time'
  | 'year'
  | 'enum'
  | 'set'
  | 'unsupported';

/** A column as INFORMATION_SCHEMA describes it. */
export interface Column {
  name: string;
  kind: ColumnKind;
  /** The full type, such as `bigint(20) unsigned`. */
  type: string;
  /** The character set of text, null for everything else. */
  charset: string | null;
  /** The labels of an ENUM or SET, in order. */
  labels: string[];
  nullable: boolean;
}

const KINDS: Record<string, ColumnKind> = {
  tinyint: 'number',
  smallint: 'number',
  mediumint: 'number',
  int: 'number',
  bigint: 'number',
  decimal: 'number',
  float: 'float',
  double: 'double',
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  binary: 'bytes',
  varbinary: 'bytes',
  tinyblob: 'bytes',
  blob: 'bytes',
  mediumblob: 'bytes',
  longblob: 'bytes',
  bit: 'bytes',
  date: 'time',
  time: 'time',
  datetime: 'time',
  timestamp: 'time',
  year: 'year',
  enum: 'enum',
  set: 'set',
};

/** Character sets whose bytes the stream can decode exactly. */
export const STREAMED_CHARSETS: readonly string[] = ['utf8mb4', 'utf8mb3', 'utf8', 'ascii', 'latin1'];

/** The kind of a column from its data type (`bigint`); `compressed` and geometry types are unsupported. */
export function kindOf(dataType: string, type: string): ColumnKind {
  if (/compressed/i.test(type)) return 'unsupported';
  return KINDS[dataType.toLowerCase()] ?? 'unsupported';
}

/** The labels of `enum('a','it''s')` or `set(...)`. */
export function labelsOf(type: string): string[] {
  if (!/^(enum|set)\(/i.test(type)) return [];
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, label]) => label!.replaceAll("''", "'"));
}

/** The difference between a planned and a present column list, in words; undefined when the mapped ones agree. */
export function columnChange(
  planned: readonly Column[],
  present: readonly Column[],
  mapped: ReadonlySet<string>,
): string | undefined {
  for (const column of planned) {
    if (!mapped.has(column.name)) continue;
    const now = present.find(({ name }) => name === column.name);
    if (!now) return `column ${column.name} is gone`;
    if (now.type !== column.type || now.charset !== column.charset)
      return `column ${column.name} was ${describe(column)} and is ${describe(now)}`;
  }
  return undefined;
}

function describe({ type, charset }: Column): string {
  return charset === null ? type : `${type} ${charset}`;
}
