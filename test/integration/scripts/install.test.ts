import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { repoRoot } from '../../support/processes.ts';

describe('scripts/install-if-needed', () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'strangler-install-'));
    mkdirSync(join(project, 'scripts'));
    mkdirSync(join(project, 'bin'));
    cpSync(join(repoRoot, 'scripts/install-if-needed.mjs'), join(project, 'scripts/install-if-needed.mjs'));
    lock('1.0.0');
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it('says nothing and does not call npm when the installed versions are those of the lock', async () => {
    installed('1.0.0');
    npm('echo npm was called; exit 1');
    expect(await run()).to.deep.equal({ code: 0, text: '' });
    expect(await run()).to.deep.equal({ code: 0, text: '' });
  });

  it('installs when another version of a package is wanted', async () => {
    installed('1.0.0');
    lock('1.0.1');
    npm('echo called with "$@"');
    const { code, text } = await run();
    expect(code).to.equal(0);
    expect(text).to.contain('package-lock.json changed').and.contain('called with ci');
  });

  it('installs when node_modules is missing and then says nothing', async () => {
    npm(
      `mkdir -p node_modules/.bin && ln -s ${process.execPath} node_modules/.bin/node && cp package-lock.json node_modules/.package-lock.json`,
    );
    expect((await run()).text)
      .to.contain('node_modules is missing')
      .and.contain('Dependencies installed');
    expect((await run()).text).to.equal('');
  });

  it('says what to do when npm fails', async () => {
    npm('echo registry unreachable >&2; exit 7');
    const { code, text } = await run();
    expect(code).to.equal(1);
    expect(text)
      .to.contain('registry unreachable')
      .and.contain('npm ci ended with 7')
      .and.contain('npm config get registry');
  });

  it('says what to do when the install script of the pinned node was skipped', async () => {
    npm('mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json');
    const { code, text } = await run();
    expect(code).to.equal(1);
    expect(text).to.contain('npm rebuild node --ignore-scripts=false');
  });

  it('has a lock that npm ci accepts on each platform, whatever registry is used', () => {
    const check = spawnSync(process.execPath, ['scripts/complete-lock.mjs', '--check'], {
      cwd: repoRoot,
      encoding: 'utf8',
    });
    expect(check.stderr).to.equal('');
    expect(check.status).to.equal(0);
    expect(readFileSync(join(repoRoot, 'package-lock.json'), 'utf8')).not.to.contain('"resolved"');
  });

  function lock(version: string): void {
    const packages = {
      '': {},
      'node_modules/a': { version },
      'node_modules/b': { version: '1.0.0', optional: true },
    };
    writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages }));
  }

  function installed(version: string): void {
    mkdirSync(join(project, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(project, 'node_modules/.bin/node'));
    const packages = { 'node_modules/a': { version } };
    writeFileSync(join(project, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
  }

  function npm(script: string): void {
    writeFileSync(join(project, 'bin/npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  function run(): Promise<{ code: number; text: string }> {
    const env = { PATH: `${join(project, 'bin')}:${process.env.PATH}` };
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['scripts/install-if-needed.mjs'],
        { cwd: project, env },
        (error, stdout, stderr) => {
          resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr });
        },
      );
    });
  }
});
