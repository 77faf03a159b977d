/** Pure. The errors of the anti-corruption layer. */
import { defineErrors, type ErrorEntry, type ErrorParams, EXIT, KitError } from '../chassis/errors.ts';

const at = ({ table, key, column }: ErrorParams) => `${table} ${key}, column ${column}`;
const foundExpected = (params: ErrorParams) =>
  `${at(params)}: found ${params.found}, expected ${params.expected}.`;

/** The table of this part's errors. */
export const aclErrors = defineErrors({
  ACL_UNKNOWN_VALUE: {
    status: 422,
    exit: EXIT.usage,
    message: foundExpected,
    remedy:
      'Add the value to the codec of this column in the mapping, or correct the row; then repair the row.',
  },
  ACL_INVALID_VALUE: {
    status: 422,
    exit: EXIT.usage,
    message: foundExpected,
    remedy: 'Correct the row in the source, or choose a codec for this column that takes such values.',
  },
  ACL_CODEC_THREW: {
    status: 422,
    exit: EXIT.usage,
    message: (p) => `${at(p)}: the codec threw "${p.reason}" for ${p.found}.`,
    remedy:
      'Mend the codec in the mapping: for a value it does not take it must add an issue or call refuse().',
  },
  ACL_ROWS_INCOMPLETE: {
    status: 422,
    exit: EXIT.usage,
    message: (p) => `No row of the table ${p.table} among the target rows: found ${p.found}.`,
    remedy: 'Give the main row together with its children.',
  },
  ACL_MAPPING_INVALID: {
    status: 400,
    exit: EXIT.usage,
    message: (p) => `Mapping of ${p.table}: found ${p.found}, expected ${p.expected}.`,
    remedy: 'Correct the mapping module.',
  },
  ACL_MAPPING_MISSING: {
    status: 400,
    exit: EXIT.usage,
    message: (p) =>
      `The mapping module ${p.file} has ${p.found}, expected a default export made by defineMapping().`,
    remedy: 'End the module with `export default defineMapping({ name, version, tables })`.',
  },
});

/** Why one column of a row could not be translated. */
export interface ValueProblem {
  code: 'ACL_UNKNOWN_VALUE' | 'ACL_INVALID_VALUE' | 'ACL_CODEC_THREW';
  table: string;
  /** The row's key, columns joined by a comma. */
  key: string;
  column: string;
  /** The value, shortened. */
  found: string;
  expected: string;
  /** What was thrown, when the codec threw. */
  reason?: string;
}

/** All that is wrong with one row; code, message and remedy are those of the first problem. */
export class MappingError extends KitError {
  readonly problems: readonly ValueProblem[];

  constructor(problems: readonly [ValueProblem, ...ValueProblem[]]) {
    const [first, ...others] = problems;
    const entry: ErrorEntry = aclErrors.table[first.code];
    super(first.code, { ...entry, message: (p) => entry.message(p) + alsoRefused(others) }, { ...first });
    this.problems = problems;
  }
}

function alsoRefused(others: readonly ValueProblem[]): string {
  if (others.length === 0) return '';
  return ` Also refused: ${others.map((p) => `${p.column} (found ${p.found}, expected ${p.expected})`).join('; ')}.`;
}
