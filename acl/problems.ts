/** Pure. From whatever a codec did with a value to the problem that is reported. */
import type { z } from 'zod';
import { messageOf } from '../chassis/errors.ts';
import type { RefusalCode } from './codec.ts';
import type { ValueProblem } from './errors.ts';
import { type ColumnNames, namesOf } from './table.ts';
import { type Row, showValue } from './value.ts';

/** Where a value stood. */
export interface Place {
  table: string;
  key: string;
  column: string;
}

/** Names the place of columns in a row for messages. */
export function placeOf(table: string, keyColumns: readonly string[], row: Row, columns: ColumnNames): Place {
  const key = keyColumns.map((column) => shown(row[column])).join(',');
  return { table, key, column: namesOf(columns).join(', ') };
}

/** The problem behind a schema's first issue; issues without our code count as invalid values. */
export function problemOfIssues(place: Place, value: unknown, error: z.ZodError): ValueProblem {
  const issue = error.issues[0]!;
  const params = issue.code === 'custom' ? issue.params : undefined;
  const code =
    params?.code === 'ACL_UNKNOWN_VALUE' ? 'ACL_UNKNOWN_VALUE' : ('ACL_INVALID_VALUE' as RefusalCode);
  return { code, ...place, found: showValue(value), expected: issue.message };
}

/** The problem of a codec that threw something else than a refusal. */
export function problemOfThrown(place: Place, value: unknown, thrown: unknown): ValueProblem {
  const reason = messageOf(thrown);
  const expected = 'a codec that does not throw';
  return { code: 'ACL_CODEC_THREW', ...place, found: showValue(value), expected, reason };
}

function shown(value: Row[string] | undefined): string {
  return typeof value === 'string' ? value : showValue(value);
}
