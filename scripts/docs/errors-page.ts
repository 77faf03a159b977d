/** docs/reference/errors.md, made from the tables of errors so that it cannot drift. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ErrorEntry, ErrorParams } from '../../chassis/errors.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KIT = ['chassis', 'acl', 'facade', 'migrations', 'cli'];

/** One table of errors and the file it stands in. */
export interface ErrorTable {
  file: string;
  entries: [code: string, entry: ErrorEntry][];
}

const HEAD = `# Errors

Every error of the kit has a code, a message that says what was found and what was expected, and a remedy. The command ends
with its exit code; the admin APIs answer with its status. Anything else is \`INTERNAL\` (exit 70, status 500): its detail is in
the log only. This page is made from the tables themselves (\`node --conditions=source scripts/docs/write-errors.ts\`); a test
holds the two against each other. What stands in braces is filled in.
`;

/** All tables of the kit, by file. */
export async function errorTables(): Promise<ErrorTable[]> {
  const options = { cwd: ROOT, encoding: 'utf8' } as const;
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard', ...KIT];
  const files = execFileSync('git', listed, options).split('\n').sort();
  const tables = files.filter((file) => file.endsWith('.ts') && definesErrors(file)).map(tableOf);
  return Promise.all(tables);
}

/** The page's text. */
export function errorsPage(tables: readonly ErrorTable[]): string {
  const sections = tables.map(({ file, entries }) => `\n## ${file}\n${entries.map(section).join('')}`);
  return HEAD + sections.join('');
}

function definesErrors(file: string): boolean {
  return /= defineErrors\(/.test(readFileSync(path.join(ROOT, file), 'utf8'));
}

async function tableOf(file: string): Promise<ErrorTable> {
  const module = (await import(path.join(ROOT, file))) as Record<string, unknown>;
  const tables = Object.values(module).filter(isTable);
  if (tables.length === 0) throw new Error(`Found no exported table of errors in ${file}: export it.`);
  return { file, entries: tables.flatMap(({ table }) => Object.entries(table)) };
}

function isTable(value: unknown): value is { table: Record<string, ErrorEntry> } {
  return typeof value === 'object' && value !== null && 'table' in value && 'error' in value;
}

function section([code, { status, exit, message, remedy }]: [string, ErrorEntry]): string {
  const names = new Proxy({} as ErrorParams, { get: (_, name) => `{${String(name)}}` });
  const found = message(names).trim().replaceAll('\n', ' ');
  return `\n### ${code}\n\n${found}\n\nDo: ${remedy} Exit ${exit}, status ${status}.\n`;
}
