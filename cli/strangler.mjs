#!/usr/bin/env node
// Starts the command from its source where the source is (this repository), from dist/ where it was published.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const fromSource = existsSync(at('./main.ts'));
const pinned = at('../node_modules/node/bin/node');
const node = fromSource && existsSync(pinned) ? pinned : process.execPath;
const script = fromSource ? ['--conditions=source', at('./main.ts')] : [at('../dist/cli/main.js')];

const child = spawn(node, [...script, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(
    `strangler could not start ${node}: ${error.message}\nRun npm ci, or install Node 22.19 or newer.\n`,
  );
  process.exitCode = 70;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
