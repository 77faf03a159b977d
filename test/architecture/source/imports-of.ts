/** Reads the imports of a TypeScript file from its lines. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../../support/processes.ts';
import { textOf } from './source-files.ts';

/** One import, export-from or dynamic import with a literal. */
export interface Import {
  /** As written. */
  specifier: string;
  /** For relative ones, the file from the repository's root. */
  file?: string;
  /** For npm ones, the package without its subpath; `node:` modules keep their name. */
  package?: string;
  typeOnly: boolean;
}

// An import statement starts a line; its clause holds neither quotes nor semicolons.
const STATIC = /^[ \t]*(?:import|export)\b([^'"`;=()]*?)\bfrom[ \t]*['"]([^'"\n]+)['"]/gm;
const BARE = /^[ \t]*import[ \t]*['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /\b(typeof[ \t]+)?import\([\s]*['"]([^'"\n]+)['"]/g;

/** All imports of a file. */
export function importsOf(file: string): Import[] {
  return importsIn(textOf(file), file);
}

/** All imports in a text that stands for `file`. */
export function importsIn(text: string, file: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^[ \t]*\/\/.*$/gm, '');
  return [
    ...[...code.matchAll(STATIC)].map(([, clause, name]) => resolve(file, name!, isTypeOnly(clause!.trim()))),
    ...[...code.matchAll(BARE)].map(([, name]) => resolve(file, name!, false)),
    ...[...code.matchAll(DYNAMIC)].map(([, type, name]) => resolve(file, name!, type !== undefined)),
  ];
}

function isTypeOnly(clause: string): boolean {
  if (clause.startsWith('type ') || clause.startsWith('type{')) return true;
  const names = /^\{([\s\S]*)\}$/.exec(clause)?.[1]?.split(',') ?? [];
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  return given.length > 0 && given.every((name) => name.startsWith('type '));
}

function resolve(from: string, specifier: string, typeOnly: boolean): Import {
  if (specifier.startsWith('.'))
    return { specifier, typeOnly, file: path.posix.join(path.posix.dirname(from), specifier) };
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
  return { specifier, typeOnly, package: name };
}

/** Whether a relative import leads to a file that is there. */
export function leadsSomewhere({ file }: Import): boolean {
  return file === undefined || existsSync(path.join(repoRoot, file));
}
