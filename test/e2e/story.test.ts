import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { STEPS } from '../../scripts/demo/story.ts';
import { repoRoot, startProcess, type TestProcess } from '../support/processes.ts';

const SCRIPT = 'scripts/demo/main.ts';

/** The demo on servers of its own, as `npm run demo` starts it. */
function startDemo(...args: string[]): TestProcess {
  return startProcess(SCRIPT, args, {
    env: { STRANGLER_MARIADB_URL: undefined, STRANGLER_REDIS_URL: undefined },
  });
}

describe('the demo', function () {
  this.timeout(300_000);

  it('tells its whole story, and ends with 0 and nothing left behind', async () => {
    const demo = startDemo('--exit', '--scale', '0.2');
    const code = await demo.ended;
    expect(code, demo.output()).to.equal(0);
    for (const { title } of STEPS) expect(demo.output()).to.contain(title);
    expect(demo.output()).to.match(/\d+ client requests, 0 failed; \d+ acknowledged writes, none lost/);
    expect(leftFolders(demo.pid)).to.deep.equal([]);
  });

  it('stops on Ctrl-C in the middle, with everything that it started', async () => {
    const demo = startDemo('--scale', '0.05');
    await demo.line(/\[2\/\d+\]/, 120_000);
    const pids = startedPids(demo);
    expect(pids.length).to.be.greaterThan(1);
    expect(await demo.stop('SIGINT', 60_000)).to.equal(130);
    expect(pids.filter(isAlive)).to.deep.equal([]);
  });
});

/** Folders of this run, and of its servers. */
function leftFolders(pid: number): string[] {
  const data = `${repoRoot}/.data`;
  return existsSync(data)
    ? readdirSync(data).filter((name) => name === `demo-${pid}` || name.startsWith(`services-${pid}-`))
    : [];
}

/** The servers' pids, as the demo names them. */
function startedPids(demo: TestProcess): number[] {
  return [...demo.output().matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
