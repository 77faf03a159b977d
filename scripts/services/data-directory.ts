import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const NAME = /^services-(\d+)(-\d+)?$/;
const KEEP = 'keep';
let sequence = 0;

/** Makes a new directory for the servers of this process, after removing those of processes that are gone. */
export function makeDataDirectory(parent: string, { keep = false } = {}): string {
  const root = resolve(parent);
  mkdirSync(root, { recursive: true });
  removeStale(root);
  const directory = join(root, `services-${process.pid}-${++sequence}`);
  mkdirSync(directory, { mode: 0o700 });
  if (keep) writeFileSync(join(directory, KEEP), '');
  return directory;
}

function removeStale(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid)) || existsSync(join(root, name, KEEP))) continue;
    rmSync(join(root, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
