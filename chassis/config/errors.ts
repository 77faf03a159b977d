/** The config's errors. */
import { defineErrors, EXIT, KitError } from '../errors.ts';
import type { ConfigProblem } from './problems.ts';

export const configErrors = defineErrors({
  CONFIG_UNREADABLE: {
    status: 500,
    exit: EXIT.usage,
    message: ({ file, reason }) => `Config ${file} cannot be read (${reason}); expected a YAML file.`,
    remedy: 'Name the file with --config or $STRANGLER_CONFIG, or write a first one with `strangler init`.',
  },
  CONFIG_INVALID: {
    status: 422,
    exit: EXIT.usage,
    message: ({ file, count, list }) => `Config ${file} has ${count} problem(s):\n${list}`,
    remedy:
      'Mend each of them and run `strangler check`; what is running goes on with the last good version.',
  },
});

/** CONFIG_INVALID with its problems as data. */
export class ConfigInvalidError extends KitError {
  readonly problems: ConfigProblem[];

  constructor(file: string, problems: ConfigProblem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    const list = sorted
      .map((p) => `  ${file}:${p.line}:${p.column}  ${p.path ? `${p.path}: ` : ''}${p.message}`)
      .join('\n');
    super('CONFIG_INVALID', configErrors.table.CONFIG_INVALID, { file, count: sorted.length, list });
    this.problems = sorted;
  }
}
