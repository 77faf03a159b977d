import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { repoRoot } from '../support/processes.ts';
import { KIT, partOf, repoFiles } from './source/source-files.ts';

const SETTINGS = ['package.json', 'tsconfig.json', '.mocharc.json'];
/** The documents, and what tests start their servers with; none of it needs the demo. */
const SUPPORT = ['test/support/', 'scripts/services/', 'scripts/topology/servers.ts', 'docs/'];

describe('the kit without the demo', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kit-without-demo-'));
    for (const file of repoFiles().filter(belongsToTheKit)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      cpSync(path.join(repoRoot, file), path.join(folder, file));
    }
    symlinkSync(path.join(repoRoot, 'node_modules'), path.join(folder, 'node_modules'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is what the test has copied: no demo in it', () => {
    for (const gone of ['legacy-monolith', 'new-services', 'facade/demo', 'acl/demo', 'scripts/demo']) {
      expect(existsSync(path.join(folder, gone)), gone).to.equal(false);
    }
    expect(existsSync(path.join(folder, 'facade/main.ts'))).to.equal(true);
  });

  it('compiles', async () => {
    const { code, output } = await run(folder, 'typescript/bin/tsc', '--noEmit');
    expect(code, output).to.equal(0);
  }).timeout(60_000);

  it('passes its own unit tests', async () => {
    const { code, output } = await run(folder, 'mocha/bin/mocha.js', '--spec', 'test/unit/**/*.test.ts');
    expect(code, output).to.equal(0);
    expect(output).to.match(/\d{2,} passing/);
  }).timeout(120_000);
});

function belongsToTheKit(file: string): boolean {
  const isKit = (part: string) => (KIT as readonly string[]).includes(part);
  if (SETTINGS.includes(file) || SUPPORT.some((start) => file.startsWith(start))) return true;
  const [top, level, part = ''] = file.split('/');
  return isKit(partOf(file)) || (top === 'test' && level === 'unit' && isKit(part));
}

/** Runs a package's program in the folder, with the Node that runs the tests. */
async function run(cwd: string, program: string, ...args: string[]) {
  const script = path.join(repoRoot, 'node_modules', program);
  const child = spawn(process.execPath, [script, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  return { code: code as number, output };
}
