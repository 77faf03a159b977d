import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const USUAL_PLACES = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/local/mysql/bin',
  '/usr/libexec',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
  '/usr/local/opt/mariadb/bin',
];

/** Finds the first of some programs on the machine, in the search path and the usual places of servers. */
export function findProgram(names: readonly string[], searchPath: string): string | undefined {
  const places = [...searchPath.split(delimiter).filter(Boolean), ...USUAL_PLACES];
  for (const name of names) {
    const found = places.map((place) => join(place, name)).find(isExecutable);
    if (found) return found;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
