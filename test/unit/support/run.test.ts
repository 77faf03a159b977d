import { execFile } from 'node:child_process';
import { expect } from 'chai';
import { repoRoot, startProcess } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';

describe('the test run', () => {
  it('fails, and ends, when a test leaves a process running', async () => {
    const { code, output } = await mocha('test/unit/support/fixtures/left-process.fixture.ts');
    expect(code).not.to.equal(0);
    expect(output).to.contain('left running by tests: test/unit/support/fixtures/waits.ts');
    expect(output.trimEnd().split('\n').at(-1)).to.equal('1 passed, 1 failed, 1 skipped');
  });
});

describe('startProcess', () => {
  it('says what a process wrote when it ends before the expected line', async () => {
    const one = startProcess('test/support/absent.ts');
    const error = await one.line(/never/).catch((caught) => caught);
    expect(error.message).to.contain('ended with 1').and.contain('Cannot find module');
    await one.ended;
  });

  it('stops a process and tells how it ended', async () => {
    const one = startProcess('test/unit/support/fixtures/waits.ts');
    const [line] = await one.line(/pid \d+/);
    expect(line).to.equal(`pid ${one.pid}`);
    expect(await one.stop()).to.equal('SIGTERM');
  });
});

describe('until', () => {
  it('gives what the condition returned as soon as it holds', async () => {
    let asked = 0;
    const value = await until(() => (++asked === 3 ? 'third' : undefined), { interval: 1 });
    expect(value).to.equal('third');
  });

  it('says what it waited for, with the last error as the cause', async () => {
    const failing = () => {
      throw new Error('refused');
    };
    const error = await until(failing, { timeout: 5, interval: 1, what: 'the moon' }).catch(
      (caught) => caught,
    );
    expect(error.message).to.equal('waited 5 ms in vain for: the moon');
    expect(error.cause.message).to.equal('refused');
  });
});

function mocha(spec: string): Promise<{ code: number; output: string }> {
  const args = ['--conditions=source', 'node_modules/mocha/bin/mocha.js', '--spec', spec];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: repoRoot }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stderr + stdout });
    });
  });
}
