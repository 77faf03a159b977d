// Installs node_modules when they are missing or differ from package-lock.json; otherwise says nothing.
// Runs as an npm pre-script on whatever Node the machine has (18 or newer), so it has no dependencies.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockFile = join(root, 'package-lock.json');
const installedLockFile = join(root, 'node_modules', '.package-lock.json');
const stampFile = join(root, 'node_modules', '.strangler-kit-lock');
const pinnedNode = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

function fail(found, expected, remedy) {
  console.error(`install: found ${found}; expected ${expected}.\n         ${remedy}`);
  process.exit(1);
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether every package of the lock is installed in its version, optional ones of other platforms aside. */
function sameAsInstalled(lockText) {
  if (!existsSync(installedLockFile)) return false;
  const wanted = JSON.parse(lockText).packages ?? {};
  const installed = JSON.parse(readFileSync(installedLockFile, 'utf8')).packages ?? {};
  return (
    Object.entries(installed).every(([path, entry]) => wanted[path]?.version === entry.version) &&
    Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional || installed[path])
  );
}

function upToDate(lockText) {
  if (!existsSync(pinnedNode)) return false;
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
  if (stamp === hash(lockText) && existsSync(installedLockFile)) return true;
  if (!sameAsInstalled(lockText)) return false;
  writeFileSync(stampFile, hash(lockText));
  return true;
}

function npmCi() {
  const npmCli = process.env.npm_execpath;
  const viaNode = npmCli !== undefined && /\.c?js$/.test(npmCli) && !/yarn|pnpm/.test(npmCli);
  const [command, first] = viaNode ? [process.execPath, [npmCli]] : ['npm', []];
  const env = { ...process.env, NODE_OPTIONS: '' };
  return spawnSync(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
}

function install(lockText) {
  console.log(
    `Installing dependencies by npm ci (${existsSync(installedLockFile) ? 'package-lock.json changed' : 'node_modules is missing'}) ...`,
  );
  const started = Date.now();
  const result = npmCi();
  if (result.error) {
    fail(
      `npm that does not start (${result.error.message})`,
      'npm on the PATH',
      'Install npm (it comes with Node.js).',
    );
  }
  if (result.status !== 0) {
    fail(
      `npm ci ended with ${result.status ?? result.signal}`,
      'it to install the packages of package-lock.json',
      'Read its message above; most often the registry cannot be reached (npm config get registry) or the disk is full.',
    );
  }
  checkPinnedNode();
  writeFileSync(stampFile, hash(lockText));
  console.log(`Dependencies installed in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

function checkPinnedNode() {
  const result = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' });
  if (result.status === 0 && result.stdout.startsWith('v24.')) return;
  fail(
    result.status === 0
      ? `Node ${result.stdout.trim()} in node_modules/.bin`
      : 'no Node that runs in node_modules/.bin',
    'the pinned Node 24 of the npm package `node`',
    'Its install script was skipped or failed: run `npm rebuild node --ignore-scripts=false`, then try again.',
  );
}

const major = Number(process.versions.node.split('.')[0]);
if (major < 18)
  fail(
    `Node ${process.versions.node}`,
    'Node 18 or newer (20 or newer is advised)',
    'Install a newer Node.js from https://nodejs.org.',
  );
if (!existsSync(lockFile))
  fail('no package-lock.json', `one in ${root}`, 'Restore it: git checkout package-lock.json.');
const lockText = readFileSync(lockFile, 'utf8');
if (!upToDate(lockText)) install(lockText);
