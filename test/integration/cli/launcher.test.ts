import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { repoRoot } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';

const run = promisify(execFile);
const LIFECYCLE = path.join(repoRoot, 'chassis/lifecycle.ts');

/** A stand-in for the command behind the launcher. */
const MAIN = `
import { runProcess } from ${JSON.stringify(LIFECYCLE)};
const [, , what, value] = process.argv;
if (what === 'exit') process.exit(Number(value));
else if (what === 'die') process.kill(process.pid, value as NodeJS.Signals);
else if (what === 'node') console.log(process.execPath);
else
  await runProcess('stand-in', async ({ lifecycle }) => {
    lifecycle.onClose('slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      console.log('closed in order');
    });
    const kept = setInterval(() => {}, 1_000);
    lifecycle.onClose('kept', () => clearInterval(kept));
    console.log('ready ' + process.pid);
  });
`;

describe('the launcher', () => {
  let folder: string;
  let launcher: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'strangler-launcher-'));
    await mkdir(path.join(folder, 'cli'));
    launcher = path.join(folder, 'cli/strangler.mjs');
    await cp(path.join(repoRoot, 'cli/strangler.mjs'), launcher);
    await writeFile(path.join(folder, 'cli/main.ts'), MAIN);
    await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  });
  after(() => rm(folder, { recursive: true }));

  /** Starts it as the head of a process group of its own, as a terminal would. */
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [launcher, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
    return { child, ended, output: () => output };
  };

  for (const code of [0, 3])
    it(`ends with the command's exit code ${code}`, async () => {
      expect(await start('exit', String(code)).ended).to.equal(code);
    });

  for (const [signal, code] of [
    ['SIGKILL', 137],
    ['SIGTERM', 143],
  ] as const)
    it(`ends with ${code} when the command was ended by ${signal}`, async () => {
      expect(await start('die', signal).ended).to.equal(code);
    });

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`passes ${signal} on, and waits until the command has closed`, async () => {
      const { child, ended, output } = start();
      await until(() => output().includes('ready'), { what: 'the stand-in to be ready' });
      child.kill(signal);
      expect(await ended).to.equal(0);
      expect(output()).to.contain('closed in order');
    });

  it('lets the command close in order at Ctrl-C, which reaches both of them', async () => {
    const { child, ended, output } = start();
    await until(() => output().includes('ready'), { what: 'the stand-in to be ready' });
    process.kill(-child.pid!, 'SIGINT');
    expect(await ended).to.equal(0);
    expect(output()).to.contain('closed in order');
  });

  it('runs the pinned Node from source, whatever Node starts it', async () => {
    const { stdout } = await run(
      'sh',
      [
        '-c',
        'PATH=$(printf %s "$PATH" | tr ":" "\\n" | grep -v node_modules | paste -sd:) ; node cli/strangler.mjs --help && node -p process.execPath',
      ],
      { cwd: repoRoot },
    );
    expect(stdout).to.contain('Usage: strangler').and.not.contain(path.join(repoRoot, 'node_modules'));
  });

  it('starts by npx from the root of the repository', async () => {
    const { stdout } = await run('npx', ['strangler', '--help'], { cwd: repoRoot });
    expect(stdout).to.contain('Usage: strangler');
  });
});
