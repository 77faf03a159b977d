/**
 * Pure. What the database hands over and takes, without loss: numbers and dates as the text the server
 * writes, binary columns as bytes, NULL as null. Copy, stream and verify all speak this canonical form.
 */

/** One column's value in canonical form. */
export type Value = string | Buffer | null;

/** One row in canonical form, by column name. */
export type Row = Record<string, Value>;

/** One row and the table it belongs to. */
export interface TargetRow {
  table: string;
  row: Row;
}

/** What one source row becomes: the main row first, then its children in order; empty when left out. */
export type TargetRows = TargetRow[];

/** Whether two canonical values are the same value. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  return Buffer.isBuffer(a) && Buffer.isBuffer(b) && a.equals(b);
}

/** Whether two canonical rows have the same columns and values. */
export function sameRow(a: Row, b: Row): boolean {
  const columns = Object.keys(a);
  return (
    columns.length === Object.keys(b).length && columns.every((column) => sameValue(a[column], b[column]))
  );
}

const LONGEST_SHOWN = 60;

/** A value as shown in messages: quoted, shortened to 60 characters, bytes as hexadecimal. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing (no such column)';
  if (value === null) return 'NULL';
  if (Buffer.isBuffer(value)) return shorten(`0x${value.subarray(0, LONGEST_SHOWN).toString('hex')}`);
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  return shorten(JSON.stringify(value) ?? String(value));
}

function shorten(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 1)}…`;
}
