/** The repository's own files, as git knows them: committed, or new and not ignored. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../../support/processes.ts';

/** Folders of the kit, which knows nothing of the demo. */
export const KIT = ['chassis', 'acl', 'facade', 'migrations', 'cli'] as const;

/** Which rules a file lives under. */
export type Part = (typeof KIT)[number] | 'demo' | 'service' | 'monolith' | 'workshop';

/** Paths from the repository's root, sorted; folders and extension narrow them. */
export function repoFiles({ extension = '' }: { extension?: string } = {}): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repoRoot,
    encoding: 'utf8',
    maxBuffer: 16_777_216,
  });
  const names = listed.split('\0').filter((name) => name !== '' && name.endsWith(extension));
  return names.filter((name) => existsSync(path.join(repoRoot, name))).sort();
}

/** The TypeScript files of the kit, without what it says of the demo. */
export function kitFiles(): string[] {
  return repoFiles({ extension: '.ts' }).filter((file) => (KIT as readonly string[]).includes(partOf(file)));
}

/** The text of a file of the repository. */
export function textOf(file: string): string {
  return readFileSync(path.join(repoRoot, file), 'utf8');
}

/** The part a file belongs to; `workshop` is scripts, tests and benchmarks, which may use everything. */
export function partOf(file: string): Part {
  const [top = '', ...rest] = file.split('/');
  if (top === 'new-services') return 'service';
  if (top === 'legacy-monolith') return 'monolith';
  const kit = KIT.find((name) => name === top);
  if (kit === undefined) return 'workshop';
  return rest.includes('demo') ? 'demo' : kit;
}
