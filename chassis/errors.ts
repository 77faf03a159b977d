/**
 * Pure. Errors as a table. Each part of the kit defines its own table with `defineErrors`; every entry has a
 * code, an exit code for the CLI, an HTTP status for the admin APIs, a message (what was found, what was
 * expected) and a remedy (what to do). Anything that is not a KitError is "internal" to whoever asks.
 */

/** Exit codes of the `strangler` command; stable. */
export const EXIT = { ok: 0, different: 1, usage: 2, inconclusive: 3, unreachable: 4, internal: 70 } as const;

/** Values put into an entry's message. */
export type ErrorParams = Record<string, string | number | undefined>;

/** One line of an error table. */
export interface ErrorEntry {
  status: number;
  exit: number;
  message: (params: ErrorParams) => string;
  remedy: string;
}

/** An error that its reader can act on. */
export class KitError extends Error {
  override readonly name = 'KitError';
  readonly code: string;
  readonly status: number;
  readonly exit: number;
  readonly remedy: string;
  readonly params: ErrorParams;

  constructor(code: string, entry: ErrorEntry, params: ErrorParams, cause?: unknown) {
    super(entry.message(params), cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = entry.status;
    this.exit = entry.exit;
    this.remedy = entry.remedy;
    this.params = params;
  }
}

/** Makes a table of errors and the function that raises one of its entries by code. */
export function defineErrors<const Table extends Record<string, ErrorEntry>>(table: Table) {
  return {
    table,
    /** Makes the error; the caller throws it. */
    error(code: keyof Table & string, params: ErrorParams = {}, cause?: unknown): KitError {
      return new KitError(code, table[code]!, params, cause);
    },
  };
}

/** How an error is shown to whoever asked: a KitError in full, anything else as internal. */
export function describeError(error: unknown): {
  code: string;
  status: number;
  exit: number;
  message: string;
  remedy: string;
} {
  if (error instanceof KitError) {
    const { code, status, exit, message, remedy } = error;
    return { code, status, exit, message, remedy };
  }
  return {
    code: 'INTERNAL',
    status: 500,
    exit: EXIT.internal,
    message: 'Internal error.',
    remedy: 'See the process log for the details.',
  };
}

/** The text of any thrown value, for logs. An AggregateError without a text of its own has its parts'. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message === '' && error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error.message || error.name;
}
