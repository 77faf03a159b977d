/**
 * Pure. The canonical form of a column's value: text for numbers, dates and text, bytes for binary columns,
 * null. The copy (text protocol) and the stream (binlog) both deliver exactly this form, so that a row has
 * one image whichever way it came. DOUBLE and FLOAT are the shortest text that names the same double.
 */
import type { Value } from '../../acl/value.ts';
import type { Column, ColumnKind } from './column.ts';
import { decodeLatin1 } from './latin1.ts';

/** A value as mysql2 reads it from the text protocol with the fidelity settings → canonical. */
export function fromText(kind: ColumnKind, value: Value | number): Value {
  // Only numbers that a double holds exactly arrive as numbers: small integers, YEAR, FLOAT and DOUBLE.
  if (typeof value !== 'number') return value;
  return kind === 'year' && value === 0 ? '0000' : String(value);
}

/** A value as the binlog reader delivers it → canonical; text arrives there as raw bytes. */
export function fromBinlog(column: Column, value: unknown): Value {
  if (value === null) return null;
  switch (column.kind) {
    case 'number':
      return typeof value === 'string' ? value : String(value);
    case 'float':
    case 'double':
      return String(value as number);
    case 'text':
      return decodeText(value as Buffer, column.charset);
    case 'bytes':
      return value as Buffer;
    case 'time':
      return value as string;
    case 'year':
      return value === 1900 ? '0000' : String(value);
    case 'enum':
    case 'set':
      return (value as string | undefined) ?? '';
    case 'unsupported':
      throw new Error(`column ${column.name} has the unsupported type ${column.type}`);
  }
}

function decodeText(bytes: Buffer, charset: string | null): string {
  return charset === 'latin1' ? decodeLatin1(bytes) : bytes.toString('utf8');
}
