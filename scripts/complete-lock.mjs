// Adds to package-lock.json the optional packages of other platforms that npm left out.
//
// npm writes no entry for an optional package that the registry in use does not offer (a partial mirror),
// and `npm ci` then refuses the whole lock. Run this after `npm install NAME`; `--check` only looks, and
// exits 1 when something is missing. The entries have no integrity, as their archives were never seen.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'x64', 'riscv64', 'ppc64', 's390x', 'loong64'];

/** The entries that the lock lacks: path → entry. */
function missingEntries(lock) {
  const missing = {};
  for (const [path, parent] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const known = places(path, name).some((place) => lock.packages[place]);
      if (!known) missing[`node_modules/${name}`] = entryOf(name, version, parent);
    }
  }
  return missing;
}

/** Where a package may stand that another one, installed at `path`, asks for. */
function places(path, name) {
  const parts = path === '' ? [] : path.split('/node_modules/');
  const above = parts.map(
    (_, depth) => `${parts.slice(0, depth + 1).join('/node_modules/')}/node_modules/${name}`,
  );
  return [...above, `node_modules/${name}`];
}

function entryOf(name, version, parent) {
  const words = name.split(/[-/]/);
  const libc = words.includes('musl') ? ['musl'] : undefined;
  return {
    version: version.replace(/^[~^]/, ''),
    cpu: PROCESSORS.filter((processor) => words.includes(processor)),
    ...(parent.dev ? { dev: true } : {}),
    ...(libc ? { libc } : {}),
    license: parent.license,
    optional: true,
    os: SYSTEMS.filter((system) => words.includes(system)),
  };
}

function main() {
  const file = join(dirname(fileURLToPath(import.meta.url)), '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingEntries(lock);
  const names = Object.keys(missing);
  if (names.length === 0) return;
  if (process.argv.includes('--check')) {
    console.error(
      `Found no entry for ${names.join(', ')} in package-lock.json; run: node scripts/complete-lock.mjs`,
    );
    process.exitCode = 1;
    return;
  }
  lock.packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en')),
  );
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`Added ${names.length} entries to package-lock.json.`);
}

main();
