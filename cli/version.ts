/** The kit's version, as its package says. */
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** For example `0.1.0`. */
export function kitVersion(): string {
  // The nearest package.json above this file: the same from source and from dist/.
  const file = findPackageJSON(import.meta.url)!;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
