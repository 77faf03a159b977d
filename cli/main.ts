/** The `strangler` command as a process. */
import { describeError, EXIT, KitError } from '../chassis/errors.ts';
import type { CliContext } from './context.ts';
import { createProgram, usageExit } from './program.ts';
import { kitVersion } from './version.ts';

const context: CliContext = {
  env: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  json: (value) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
  warn: (text) => void process.stderr.write(`${text}\n`),
  progress(text, final = false) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}${final ? '\n' : ''}`);
    else if (final) process.stderr.write(`${text}\n`);
  },
};

try {
  await createProgram(context, (code) => {
    process.exitCode = code;
  })
    .version(kitVersion(), '-V, --version', 'print the version')
    .parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  const usage = usageExit(error);
  if (usage !== undefined) return usage;
  const { code, message, remedy } = describeError(error);
  process.stderr.write(`${code}: ${message}\n${remedy}\n`);
  if (error instanceof KitError) return error.exit;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.internal;
}
